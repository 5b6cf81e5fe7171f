import classes from './editor.module.css';

const MAX_NAME = 200;

interface Props {
  value: string;
  onChange(value: string): void;
  error: string | undefined;
}

/** The heading itself is the field: it looks like a title until it is pointed at. */
export function NameField({ value, onChange, error: refused }: Props) {
  // Cut in silence would be worse than too long.
  const over = value.trim().length - MAX_NAME;
  const error = over > 0 ? `The name is too long by ${over} ${over === 1 ? 'character' : 'characters'}; the most is ${MAX_NAME}.` : refused;
  return (
    <>
      <input
        form="content-form"
        name="name"
        className={classes.nameInput}
        aria-label="Name of the campaign"
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? 'name-error' : undefined}
        value={value}
        placeholder="Name"
        // For browsers without field-sizing.
        size={Math.min(60, Math.max(10, value.length + 2))}
        dir="auto"
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {error && (
        <span id="name-error" className={classes.nameError}>
          {error}
        </span>
      )}
    </>
  );
}
