import { type Delivery, type RecipientStatus, recipientStatusLabels } from './recipient.ts';

/** Why this recipient cannot be sent to again, in a sentence; null where it can: it failed, nobody knows, or its message came back. */
export function recipientRetryClosed({ status, delivery }: { status: RecipientStatus; delivery: Delivery | null }): string | null {
  if (status === 'unknown' || didNotArrive({ status, delivery })) return null;
  return `Only a recipient that failed, or whose message came back, can be sent to again, and this one is ${recipientStatusLabels[status].toLowerCase()}.`;
}

/** Failed, or taken by the provider and come back: the rule of message-rows.ts, for what is shown. */
export function didNotArrive({ status, delivery }: { status: RecipientStatus; delivery: Delivery | null }): boolean {
  return status === 'failed' || (status === 'sent' && cameBack(delivery));
}

/** Accepted, and then given back by the other side or dropped on the way. */
export function cameBack(delivery: Delivery | null): boolean {
  return delivery === 'bounced' || delivery === 'undelivered';
}
