import type { Database } from '#db/database.ts';
import { formerMatches, mostFormer } from '#db/queries/find-former.ts';
import { addressesLike, messagesTo, sampleNumbers } from '#db/queries/find-people.ts';
import { type CampaignStatus, type Channel, channels } from '../campaigns/campaign.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { heavyQuery } from '../heavy-reads.server.ts';
import { parseInput } from '../parse-input.ts';
import { invalid } from '../problem.ts';
import { type RecipientRow, recipientColumns, toRecipientJson } from '../recipients/recipient-json.ts';
import { type SuppressionRow, suppressionColumns, toSuppressionJson } from '../suppressions/list-suppressions.server.ts';
import { type PersonMessage, peopleFilter, type SuppressedAddress } from './person.ts';
import { personPrefixes } from './person-prefixes.ts';

interface Row extends RecipientRow {
  campaign_id: number;
  campaign_name: string;
  campaign_channel: Channel;
  campaign_status: CampaignStatus;
}

export interface PeoplePage {
  data: PersonMessage[];
  next_cursor: string | null;
}

/**
 * A person's messages in all campaigns: by address, for each the newest first; before them those to people who had such an address before.
 *
 * @throws Problem 422 without anything to look for
 */
export async function findPeople(db: Database, filter: { q: string; cursor?: string | undefined; limit?: number }): Promise<PeoplePage> {
  const { q, cursor, limit = 50 } = parseInput(peopleFilter, filter);
  const after = cursor ? placeOf(cursor) : { address: '', id: 0 };
  const prefixes = await prefixesOf(db, q);
  const former = cursor
    ? []
    : (await heavyQuery<Row>(db, formerMatches(recipientColumns), [prefixes, mostFormer(limit), null, null, null])).rows;
  const { rows } = await heavyQuery<Row>(db, messagesTo(recipientColumns), [prefixes, after.address, after.id, limit + 1]);
  const shown = rows.slice(0, limit - former.length);
  const last = shown.at(-1);
  return {
    data: [...former, ...shown].map(toMessage),
    next_cursor: rows.length > shown.length && last ? toCursor(`${last.id} ${last.address}`) : null,
  };
}

/** Different addresses that begin so, for a search while it is typed. */
export async function suggestPeople(db: Database, q: string, limit: number): Promise<string[]> {
  const prefixes = await prefixesOf(db, q);
  if (prefixes.length === 0) return [];
  const { rows } = await heavyQuery<{ address: string }>(db, addressesLike, [prefixes, limit]);
  return rows.map(({ address }) => address);
}

/** Which of the addresses nobody sends to, and why. An address and a number never look alike, so the channel goes without saying. */
export async function suppressedAmong(db: Database, addresses: readonly string[]): Promise<SuppressedAddress[]> {
  const { rows } = await heavyQuery<SuppressionRow>(
    db,
    `select ${suppressionColumns} from unnest($1::channel[]) as wanted(channel)
     join suppressions s on s.channel = wanted.channel and s.address = any($2)`,
    [channels, addresses],
  );
  return rows.map(toSuppressionJson).map(({ id, address, reason, created_at, reasons }) => ({ id, address, reason, created_at, reasons }));
}

async function prefixesOf(db: Database, q: string): Promise<string[]> {
  const samples = /\d/.test(q) ? (await heavyQuery<{ address: string }>(db, sampleNumbers, [])).rows : [];
  return personPrefixes(
    q,
    samples.map(({ address }) => address),
  );
}

function placeOf(cursor: string): { address: string; id: number } {
  const [, id, address] = /^(\d{1,15}) (.+)$/s.exec(fromCursor(cursor, 'string')) ?? [];
  if (!id || !address) throw invalid([{ path: 'cursor', message: 'This cursor belongs to no page. Take next_cursor of the page before.' }]);
  return { address, id: Number(id) };
}

function toMessage({ campaign_id, campaign_name, campaign_channel, campaign_status, ...recipient }: Row): PersonMessage {
  return {
    campaign: { id: campaign_id, name: campaign_name, channel: campaign_channel, status: campaign_status },
    recipient: toRecipientJson(recipient),
  };
}
