import { ProblemAlert } from '../problem-alert.tsx';
import { ShownOnce } from './shown-once.tsx';

/** A one-time link that was made just now. */
export interface MadeLinkWords {
  title: string;
  url: string;
  /** To whom it was mailed; null where it was not to be. */
  mailedTo: string | null;
  /** Why it could not be mailed. */
  refusal: string | null;
}

/** What became of the mail, and the link itself where somebody has to hand it over. */
export function MadeLink({ link: { title, url, mailedTo, refusal } }: { link: MadeLinkWords }) {
  if (mailedTo && refusal === null) return <ProblemAlert kind="success" title={`${title} is on its way to ${mailedTo}.`} />;
  return (
    <>
      {refusal && <ProblemAlert title="The mail was not sent">{refusal} Hand the link over yourself.</ProblemAlert>}
      <ShownOnce title={title} value={url}>
        Hand it over in a safe way: whoever has it chooses the password. It works once.
      </ShownOnce>
    </>
  );
}
