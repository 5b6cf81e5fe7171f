import { ActButton } from './act-button.tsx';

interface Props {
  /** Whose it is. */
  name: string;
  fields: Record<string, string>;
  /** Can links be mailed? */
  mails: boolean;
  copy: string;
}

/** A new one-time link, to be handed over, or by mail. */
export function LinkButtons({ name, fields, mails, copy }: Props) {
  return (
    <>
      <ActButton label={copy} name={name} fields={fields} />
      {mails && (
        <ActButton label={`Mail a ${copy.slice(0, 1).toLowerCase()}${copy.slice(1)}`} name={name} fields={{ ...fields, mail: '1' }} />
      )}
    </>
  );
}
