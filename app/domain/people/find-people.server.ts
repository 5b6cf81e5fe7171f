import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import { numbersOfNewest } from '../addresses/numbers-in-use.server.ts';
import { channels } from '../channel.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { heavyQuery } from '../heavy-reads.server.ts';
import { parseInput } from '../parse-input.ts';
import { invalid } from '../problem.ts';
import { formerMatches, mostFormer } from '../recipients/find-former.server.ts';
import { recipientColumns } from '../recipients/recipient-json.ts';
import { type SuppressionRow, suppressionColumns, toSuppressionJson } from '../suppressions/list-suppressions.server.ts';
import { lookThrough, type WalkPlace } from './look-through.server.ts';
import { addressesLike, messagesCalled, messagesTo } from './match-people.server.ts';
import { type PeopleFilter, type PeoplePage, type PersonMessage, peopleFilter, type SuppressedAddress } from './person.ts';
import { type Details, matchedColumns, messageIdsOf, personDetails } from './person-details.ts';
import { type MessageRow, toMessage } from './person-message.server.ts';
import { mayBeNumber, personPrefixes } from './person-prefixes.ts';

/** ms that a search by names may take before it shows what it has. */
const WALK_MS = 1_500;
const SUGGESTION_WALK_MS = 500;

/**
 * A person's messages in all campaigns: by address, for each the newest first; what was asked for itself comes first, then those to people who had such an
 * address before. Where no address begins so, by a provider's id of a message, and then by the columns of the contact file and the end of a number.
 *
 * @throws Problem 422 without anything to look for
 */
export async function findPeople(db: Database, filter: PeopleFilter): Promise<PeoplePage> {
  ask('people:read');
  const { q, cursor, limit = 50, only, by } = parseInput(peopleFilter, filter);
  const lost = only === 'not_arrived';
  const place = cursor ? placeOf(cursor) : null;
  // Once a search, not for each of its pages; a count, since there may be very many and nobody's address may stand in the log.
  if (!cursor) await audit(db.pool, { action: 'recipient.search', object: { type: 'people' }, gather: 'everything' });
  const details = personDetails(q);
  if (place?.walk !== undefined || by === 'details') return byDetails(db, details, { from: place?.walk ?? null, limit, lost });

  const { address, id } = place ?? { address: '', id: 0 };
  const prefixes = await prefixesOf(db, q);
  const former = cursor
    ? []
    : (await heavyQuery<MessageRow>(db, formerMatches(recipientColumns), [prefixes, mostFormer(limit), null, null, null, lost])).rows;
  const { rows } = await heavyQuery<MessageRow>(db, messagesTo(recipientColumns), [prefixes, address, id, limit + 1, lost]);
  if (!cursor && rows.length + former.length === 0 && by !== 'address') {
    const called = await messagesNamed(db, q, limit, lost);
    if (called.length > 0) return { data: called.map(toMessage), next_cursor: null };
    if (details) return byDetails(db, details, { from: null, limit, lost });
  }
  const shown = rows.slice(0, limit - former.length);
  const last = shown.at(-1);
  const meant = shown.filter((row) => prefixes.includes(row.address));
  const others = shown.filter((row) => !prefixes.includes(row.address));
  return {
    data: [...meant.map(toMessage), ...former.map(toMessage), ...others.map(toMessage)],
    next_cursor: rows.length > shown.length && last ? toCursor(`${last.id} ${last.address}`) : null,
  };
}

/** Different addresses that begin so, for a search while it is typed. */
export async function suggestPeople(db: Database, q: string, limit: number): Promise<string[]> {
  ask('people:read');
  const prefixes = await prefixesOf(db, q);
  if (prefixes.length === 0) return [];
  const { rows } = await heavyQuery<{ address: string }>(db, addressesLike, [prefixes, limit]);
  return rows.map(({ address }) => address);
}

/** Messages that a provider calls so; the newest first. None where the text is no such id. */
export async function messagesNamed(db: Database, q: string, limit: number, lost = false): Promise<MessageRow[]> {
  ask('people:read');
  const ids = messageIdsOf(q);
  return ids ? (await heavyQuery<MessageRow>(db, messagesCalled(recipientColumns), [ids, limit, lost])).rows : [];
}

/** One message of each person whose details are these, for a search while it is typed: among the newest recipients only. */
export async function suggestByDetails(db: Database, q: string, limit: number): Promise<PersonMessage[]> {
  ask('people:read');
  const details = personDetails(q);
  if (!details) return [];
  const { rows } = await lookThrough(db, details, { from: null, limit: limit * 5, budgetMs: SUGGESTION_WALK_MS });
  const people = new Map(rows.map((row) => [row.address, withMatches(row, details)]));
  return [...people.values()].slice(0, limit);
}

async function byDetails(
  db: Database,
  details: Details | null,
  { from, limit, lost }: { from: WalkPlace | null; limit: number; lost: boolean },
): Promise<PeoplePage> {
  if (!details) return { data: [], next_cursor: null };
  const { rows, next, seen } = await lookThrough(db, details, { from, limit, budgetMs: WALK_MS, lost });
  const byAddress = rows
    .map((row) => withMatches(row, details))
    .toSorted(
      (a, b) =>
        (a.recipient.address < b.recipient.address ? -1 : a.recipient.address > b.recipient.address ? 1 : 0) ||
        b.recipient.id - a.recipient.id,
    );
  return {
    data: byAddress,
    next_cursor: next && toCursor(`walk ${next.campaign} ${next.recipient} ${next.seen}`),
    looked_through: { recipients: seen, all: next === null },
  };
}

function withMatches(row: MessageRow, details: Details): PersonMessage {
  const message = toMessage(row);
  const matched = matchedColumns(message.recipient.variables, details);
  return matched.length > 0 ? { ...message, matched } : message;
}

/** Which of the addresses nobody sends to, and why. An address and a number never look alike, so the channel goes without saying. */
export async function suppressedAmong(db: Database, addresses: readonly string[]): Promise<SuppressedAddress[]> {
  ask('people:read');
  const { rows } = await heavyQuery<SuppressionRow>(
    db,
    `select ${suppressionColumns} from unnest($1::channel[]) as wanted(channel)
     join suppressions s on s.channel = wanted.channel and s.address = any($2)`,
    [channels, addresses],
  );
  return rows.map(toSuppressionJson).map(({ id, address, reason, created_at, reasons }) => ({ id, address, reason, created_at, reasons }));
}

async function prefixesOf(db: Database, q: string): Promise<string[]> {
  const samples = mayBeNumber(q) ? (await heavyQuery<{ address: string }>(db, numbersOfNewest, [])).rows : [];
  return personPrefixes(
    q,
    samples.map(({ address }) => address),
  );
}

function placeOf(cursor: string): { address: string; id: number; walk?: WalkPlace } {
  const text = fromCursor(cursor, 'string');
  const [, campaign, recipient, seen] = /^walk (\d{1,15}) (\d{1,15}) (\d{1,15})$/.exec(text) ?? [];
  if (campaign) return { address: '', id: 0, walk: { campaign: Number(campaign), recipient: Number(recipient), seen: Number(seen) } };
  const [, id, address] = /^(\d{1,15}) (.+)$/s.exec(text) ?? [];
  if (!id || !address) throw invalid([{ path: 'cursor', message: 'This cursor belongs to no page. Take next_cursor of the page before.' }]);
  return { address, id: Number(id) };
}
