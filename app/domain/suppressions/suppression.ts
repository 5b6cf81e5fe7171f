import type { Channel } from '../channel.ts';

/** Why nobody sends to an address, the weightiest last. Several may stand for one address. */
export const suppressionReasons = ['manual', 'stop', 'unsubscribe', 'hard_bounce', 'complaint'] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

/** Who told it; each takes off only what it told itself. */
export const suppressionSources = ['person', 'import', 'link', 'sendgrid', 'twilio', 'sandbox'] as const;
export type SuppressionSource = (typeof suppressionSources)[number];

export interface SuppressionReasonJson {
  reason: SuppressionReason;
  source: SuppressionSource;
  /** Where it came from; null where a person or a file brought it, or its message is not known. */
  campaign_id: number | null;
  recipient_id: number | null;
  created_at: string;
  /** Null where a provider or the person themselves asked for it. */
  created_by: string | null;
  /** What the file says that it came from, in its own words; null where it says nothing beyond `reason`. */
  note: string | null;
}

/** Names are fixed by the REST API. Times are ISO 8601 in UTC. */
export interface SuppressionJson {
  id: number;
  channel: Channel;
  address: string;
  /** The weightiest of `reasons`, and where that came from. */
  reason: SuppressionReason;
  campaign_id: number | null;
  recipient_id: number | null;
  /** Since when nobody sends to it. */
  created_at: string;
  created_by: string | null;
  /** All that stand, the weightiest first. Nobody sends to the address until the last of them is taken off. */
  reasons: SuppressionReasonJson[];
}

export const reasonTexts: Record<SuppressionReason, { label: string; meaning: string }> = {
  manual: { label: 'Added by hand', meaning: 'Somebody here put it on the list.' },
  stop: { label: 'Answered STOP', meaning: 'They answered STOP to a text message; START takes this off again.' },
  unsubscribe: { label: 'Unsubscribed', meaning: 'They asked not to get any more messages.' },
  hard_bounce: { label: 'Address does not work', meaning: 'The receiving server said for good that it takes no mail for it.' },
  complaint: { label: 'Marked as spam', meaning: 'They reported a message as spam. Sending again would harm the sender’s reputation.' },
};

/** What became of a list of them: `rows` is the sum of the others. */
export interface AddedSuppressions {
  rows: number;
  added: number;
  /** Stood already, or twice in the list. */
  known: number;
  rejected: number;
  errors: { index: number; address: string; reason: string }[];
}
