import type { ProviderEvent } from '#app/providers/provider-event.ts';
import type { OptMessage } from '#app/providers/twilio-events.ts';
import { isPassing } from '#db/batch.ts';
import type { Database } from '#db/database.ts';
import { adoptLostAttempts } from '#db/queries/ledger-home.ts';
import { applyEvents, logEvents, unknownWithEvents } from '#db/queries/provider-events.ts';
import { lift, recordOptMessage, suppress } from '#db/queries/suppress.ts';
import { inTransaction } from '#db/transaction.ts';
import { normaliseEmail } from '../contacts/email-address.ts';

/** What became of a batch: `received` is the sum of the others. */
export interface EventReport {
  received: number;
  /** New, and in the log now. */
  recorded: number;
  /** In the log before. */
  duplicates: number;
  /** Not about a recipient that exists. */
  ignored: number;
}

/** Events a transaction: they lock their recipients while it lasts. */
const CHUNK = 1_000;
const TRIES = 5;

/**
 * Takes in provider events, which may be late, repeated and out of order: logs each once, and makes ledger and suppression list what all
 * events so far say. A batch that failed half-way may simply come again.
 */
export async function recordEvents(db: Database, events: readonly ProviderEvent[]): Promise<EventReport> {
  const report = { received: events.length, recorded: 0, duplicates: 0, ignored: 0 };
  for (let from = 0; from < events.length; from += CHUNK) {
    const chunk = events.slice(from, from + CHUNK);
    const { known, recorded } = await repeated(() => recordChunk(db, chunk));
    report.recorded += recorded;
    report.duplicates += known - recorded;
    report.ignored += chunk.length - known;
  }
  return report;
}

/** Lock order: recipients, then by trigger campaigns, suppressions last. */
async function recordChunk(db: Database, chunk: readonly ProviderEvent[]): Promise<{ known: number; recorded: number }> {
  return inTransaction(db.pool, async (client) => {
    const logged = await logEvents(client, chunk);
    const fresh = chunk.filter(({ eventId }) => logged.fresh.has(eventId));
    if (fresh.length > 0) {
      await adoptLostAttempts(client, fresh);
      await applyEvents(client, fresh);
      await suppress(
        client,
        fresh.flatMap((event) => (event.suppress === null ? [] : [{ ...whom(event), reason: event.suppress }])),
      );
      await lift(client, fresh.filter(({ kind }) => kind === 'resubscribed').map(whom));
    }
    const known = chunk.filter(({ eventId }) => logged.known.has(eventId)).length;
    return { known, recorded: logged.fresh.size };
  });
}

/** The recipient's address may have been corrected since: the one that the event names is the one that bounced. */
function whom({ provider, campaignId, recipientId, address, occurredAtMs }: ProviderEvent) {
  const named = address === null ? null : provider === 'sendgrid' ? normaliseEmail(address) : address;
  return { campaignId, recipientId, address: named, atMs: occurredAtMs };
}

/** A STOP or START; each message counts once. */
export async function recordOptOut(db: Database, { sid, from, wants }: OptMessage): Promise<boolean> {
  const message = { eventId: `${sid}:${wants}`, number: from, stop: wants === 'stop' };
  return repeated(() => inTransaction(db.pool, (client) => recordOptMessage(client, message)));
}

/** Evidence that came while the call was still waiting for its answer: what the provider has is sent, and not sent again. */
export async function recogniseUnknown(db: Database): Promise<number> {
  const keys = await unknownWithEvents(db.pool);
  return keys.length === 0 ? 0 : repeated(() => applyEvents(db.pool, keys));
}

/** A deadlock or a lost connection rolls everything back: again, a few times. */
async function repeated<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries >= TRIES || !isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * 2 ** tries));
    }
  }
}
