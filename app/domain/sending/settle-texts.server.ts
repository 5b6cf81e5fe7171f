import type { Database } from '#db/database.ts';
import { postponeUnknown, requestSettle, settleUnknown } from '#db/ledger/conclude.ts';
import { recordEvents } from '../delivery/record-events.server.ts';
import { commitOutcomes } from './commit-outcomes.server.ts';
import type { Found, LookUp } from './look-up.server.ts';
import { type DoubtfulAttempt, unknownTexts } from './unknown-texts.server.ts';

/** Questions to the provider at once. */
const AT_ONCE = 10;
/** s until a provider that did not answer is asked again, and how long that goes on before the campaign's policy decides all the same. */
const ASK_AGAIN_S = 15;
const PATIENCE_S = 600;

/**
 * Settles texts whose outcome stayed unknown: those that the provider's list has are sent, the others go the way of the campaign's
 * policy. Where the provider does not answer they wait, since sending again might double them.
 */
export async function settleUnknownTexts(db: Database, lookUp: LookUp, signal?: AbortSignal): Promise<void> {
  for (let due = await unknownTexts(db.pool); due.length > 0; due = await unknownTexts(db.pool)) {
    const decided: number[] = [];
    const unanswered: number[] = [];
    for (let from = 0; from < due.length; from += AT_ONCE) {
      const some = due.slice(from, from + AT_ONCE);
      const answers = await Promise.all(some.map((sent) => lookUp(sent, signal)));
      for (const [i, sent] of some.entries()) {
        const found = answers[i] as Found;
        const patient = Date.now() - sent.startedAtMs < PATIENCE_S * 1_000;
        if (found.is === 'found') await noteFound(db, sent, found.providerMessageId);
        else if (found.is === 'unanswered' && patient) unanswered.push(sent.attemptId);
        else decided.push(sent.attemptId);
      }
    }
    if (unanswered.length > 0) {
      await postponeUnknown(db.pool, unanswered, ASK_AGAIN_S);
      await requestSettle(db.pool, ASK_AGAIN_S);
    }
    if (decided.length > 0) await settleUnknown(db.pool, { attemptIds: decided });
  }
}

/** Makes the recipient `sent`; that it was found is told beside the provider's events. */
async function noteFound(
  db: Database,
  { campaignId, recipientId, attemptId }: Pick<DoubtfulAttempt, 'campaignId' | 'recipientId' | 'attemptId'>,
  providerMessageId: string,
): Promise<void> {
  const identity = { campaignId, recipientId, attemptId };
  await commitOutcomes(db, [{ ...identity, ...sentBefore, providerMessageId }]);
  await noteEvidence(db, identity, providerMessageId);
}

/** In the log of provider events, so that the recipient's story says why it was not sent again. */
export async function noteEvidence(
  db: Database,
  identity: { campaignId: number; recipientId: number; attemptId: number },
  providerMessageId: string,
): Promise<void> {
  await recordEvents(db, [
    {
      ...identity,
      provider: 'twilio',
      eventId: `${providerMessageId}:found`,
      kind: 'processed',
      delivery: null,
      occurredAtMs: null,
      code: null,
      failureCode: null,
      reason: 'Twilio has the message in its list, so it is not sent again.',
      address: null,
      suppress: null,
    },
  ]);
}

const sentBefore = {
  outcome: 'accepted',
  status: 'sent',
  delayS: null,
  refund: false,
  failureCode: null,
  reason: null,
  httpStatus: null,
  providerCode: null,
  retryAfterS: null,
} as const;
