import classes from './editor.module.css';

interface Props {
  value: string;
  onChange(value: string): void;
  error: string | undefined;
}

/** The heading itself is the field: it looks like a title until it is pointed at. */
export function NameField({ value, onChange, error }: Props) {
  return (
    <>
      <span className={classes.nameGrow} data-value={value || 'Name'}>
        <input
          form="content-form"
          name="name"
          className={classes.nameInput}
          aria-label="Name of the campaign"
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? 'name-error' : undefined}
          value={value}
          placeholder="Name"
          maxLength={200}
          size={1}
          dir="auto"
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      </span>
      {error && (
        <span id="name-error" className={classes.nameError}>
          {error}
        </span>
      )}
    </>
  );
}
