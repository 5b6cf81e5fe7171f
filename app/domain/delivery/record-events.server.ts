import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { ProviderEvent } from '#app/providers/provider-event.ts';
import type { InboundMessage } from '#app/providers/twilio-events.ts';
import { isAboutData, isPassing } from '#db/batch.ts';
import type { Database } from '#db/database.ts';
import { type AttemptKey, adoptLostAttempts, applyEvents, markWhoLeft, unknownWithEvents } from '#db/ledger/learn.ts';
import { inTransaction } from '#db/transaction.ts';
import { normaliseEmail } from '../addresses/email-address.ts';
import { raiseAlert } from '../alerts/raise-alert.server.ts';
import { lift, recordInbound, suppress, type Whom } from '../suppressions/suppress.server.ts';
import type { SuppressionSource } from '../suppressions/suppression.ts';
import { findMessages, knownAddresses } from './find-messages.server.ts';
import { logEvents } from './provider-events.server.ts';

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
const LONGEST_ID = 200;
const CLOCKS_DIFFER_MS = 60_000;

/**
 * Takes in provider events, which may be late, repeated and out of order: logs each once, and makes ledger and suppression list what all
 * events so far say. A batch that failed half-way may simply come again; an event that the database cannot take is left out alone.
 *
 * @param fromSandbox the sandbox stands in for the providers: what it tells goes when a real one comes
 */
export async function recordEvents(db: Database, events: readonly ProviderEvent[], fromSandbox = false): Promise<EventReport> {
  const report = { received: events.length, recorded: 0, duplicates: 0, ignored: 0 };
  const named = events.map((event) => ({ ...event, eventId: shortId(event.eventId), occurredAtMs: notAhead(event.occurredAtMs) }));
  for (let from = 0; from < named.length; from += CHUNK) {
    const chunk = named.slice(from, from + CHUNK);
    const { known, recorded } = await recordTogether(db, chunk, fromSandbox);
    report.recorded += recorded;
    report.duplicates += known - recorded;
    report.ignored += chunk.length - known;
  }
  return report;
}

type Counts = { known: number; recorded: number };

/** What is poisoned fails alone, by halves. */
async function recordTogether(db: Database, chunk: readonly ProviderEvent[], fromSandbox: boolean): Promise<Counts> {
  try {
    return await repeated(() => inTransaction(db.pool, (client) => recordChunk(client, chunk, fromSandbox)));
  } catch (error) {
    if (!isAboutData(error)) throw error;
    if (chunk.length === 1) return { known: 0, recorded: 0 };
    const half = Math.ceil(chunk.length / 2);
    const first = await recordTogether(db, chunk.slice(0, half), fromSandbox);
    const second = await recordTogether(db, chunk.slice(half), fromSandbox);
    return { known: first.known + second.known, recorded: first.recorded + second.recorded };
  }
}

/** Lock order: recipients, then by trigger campaigns, suppressions last. */
async function recordChunk(client: PoolClient, chunk: readonly ProviderEvent[], fromSandbox: boolean): Promise<Counts> {
  const logged = await logEvents(client, chunk);
  let all = chunk;
  const lost = chunk.filter(({ eventId }) => !logged.known.has(eventId));
  if (lost.length > 0) {
    const found = await findLost(client, lost);
    const again = await logEvents(client, found);
    for (const id of again.known) logged.known.add(id);
    for (const id of again.fresh) logged.fresh.add(id);
    all = [...chunk.filter(({ eventId }) => !found.some((one) => one.eventId === eventId)), ...found];
  }
  const fresh = all.filter(({ eventId }) => logged.fresh.has(eventId));
  if (fresh.length > 0) {
    await adoptLostAttempts(client, fresh.filter(isAboutAttempt));
    await applyEvents(client, fresh.filter(isAboutAttempt));
    await markWhoLeft(
      client,
      fresh.filter(isAboutAttempt).flatMap(({ kind, ...event }) => {
        return kind === 'unsubscribed' || kind === 'complained' ? [{ ...event, atMs: event.occurredAtMs, what: kind }] : [];
      }),
    );
    const whom = (event: ProviderEvent) => whomOf(event, fromSandbox);
    await suppress(
      client,
      fresh.flatMap((event) => (event.suppress === null ? [] : [{ ...whom(event), reason: event.suppress }])),
    );
    await tellOfSender(client, fresh);
    await lift(client, fresh.filter(({ kind }) => kind === 'resubscribed').map(whom));
  }
  return { known: chunk.filter(({ eventId }) => logged.known.has(eventId)).length, recorded: logged.fresh.size };
}

/**
 * Events whose ids lead to nobody, with the message that they are about, found by its id at the provider. Where it cannot be found, who
 * complained or wants to leave is still suppressed by their address; so is a bounced address, where some list has it.
 */
async function findLost(client: PoolClient, lost: readonly ProviderEvent[]): Promise<(ProviderEvent & { nobody?: boolean })[]> {
  const asked = lost.map((event) => ({ ...event, address: spelled(event) }));
  const found = await findMessages(
    client,
    asked.map((event) => ({ ...event, channel: channelOf(event), messageIds: event.messageIds ?? [] })),
  );
  const nobody = asked.filter(({ eventId, suppress, address }) => !found.has(eventId) && suppress !== null && address !== null);
  const known = new Set<string>();
  for (const channel of ['email', 'sms'] as const) {
    const bounced = nobody.filter((event) => channelOf(event) === channel && event.suppress === 'hard_bounce');
    for (const address of await knownAddresses(client, channel, [...new Set(bounced.map((event) => event.address as string))])) {
      known.add(address);
    }
  }
  return asked.flatMap((event): (ProviderEvent & { nobody?: boolean })[] => {
    const key = found.get(event.eventId);
    if (key) return [{ ...event, ...key }];
    if (!nobody.includes(event) || (event.suppress === 'hard_bounce' && !known.has(event.address as string))) return [];
    return [{ ...event, campaignId: null, recipientId: null, attemptId: null, nobody: true }];
  });
}

/** A sender that carriers want to be registered fails for everybody, long after the campaign looked well: somebody is told, once a day. */
async function tellOfSender(client: PoolClient, events: readonly ProviderEvent[]): Promise<void> {
  const reason = events.find(({ failureCode }) => failureCode === 'sender_not_registered')?.reason;
  if (!reason) return;
  const day = new Date().toISOString().slice(0, 10);
  await raiseAlert(client, `sender of sms not registered, ${day}`, {
    type: 'provider.degraded',
    provider: { provider: 'twilio', channel: 'sms', reason, until: null },
  });
}

function isAboutAttempt(event: ProviderEvent): event is ProviderEvent & AttemptKey {
  return event.recipientId !== null && event.attemptId !== null;
}

const channelOf = ({ provider }: ProviderEvent) => (provider === 'sendgrid' ? 'email' : 'sms');

function spelled({ provider, address }: ProviderEvent): string | null {
  if (address === null) return null;
  return provider === 'sendgrid' ? normaliseEmail(address) : (/^\+[1-9]\d{6,14}$/.exec(address.trim())?.[0] ?? null);
}

function whomOf(event: ProviderEvent, fromSandbox: boolean): Whom {
  const { campaignId, recipientId, attemptId, occurredAtMs, provider } = event;
  const source: SuppressionSource = fromSandbox ? 'sandbox' : provider;
  return { channel: channelOf(event), campaignId, recipientId, attemptId, address: spelled(event), source, atMs: occurredAtMs };
}

/** What is said to happen in days to come would count as the last word until then: it happened when it came. */
function notAhead(atMs: number | null): number | null {
  return atMs !== null && atMs > Date.now() + CLOCKS_DIFFER_MS ? null : atMs;
}

/** Ids of our own making are as long as what they were made of, which may name people. */
function shortId(id: string): string {
  if (id.length <= LONGEST_ID && !id.startsWith('unnamed ')) return id;
  return `unnamed ${createHash('sha256').update(id).digest('hex')}`;
}

/** A person's text message; each counts once. What asks for help is answered by Twilio. @returns was it new? */
export async function recordMessage(db: Database, { sid, from, to, wish, body }: InboundMessage, fromSandbox = false): Promise<boolean> {
  if (wish === 'help') return false;
  const message = {
    messageId: sid,
    sender: from,
    recipient: to,
    wish,
    body,
    source: fromSandbox ? ('sandbox' as const) : ('twilio' as const),
  };
  return repeated(() => inTransaction(db.pool, (client) => recordInbound(client, message)));
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
