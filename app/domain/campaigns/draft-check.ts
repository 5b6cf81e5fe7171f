import type { ContentProblem } from '../content/check-content.ts';
import type { SmsLength } from '../content/sms-segments.ts';

/** What the editor shows beside the draft. */
export interface DraftCheck {
  problems: ContentProblem[];
  /** Null while the list is empty: variables then stand for themselves. */
  recipient: { id: number; address: string } | null;
  subject: string | null;
  html: string | null;
  text: string | null;
  /** SMS only. */
  sms: SmsLength | null;
  /** Does the message itself offer the way out? */
  unsubscribes: boolean;
  /** Columns of the contacts that some sentence needs: used, and somewhere without a default. */
  needed: string[];
}
