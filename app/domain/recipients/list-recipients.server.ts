import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { searchPrefixes } from '../addresses/search-prefixes.ts';
import type { CampaignCounters } from '../campaigns/campaign.ts';
import type { Channel } from '../channel.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { heavyQuery } from '../heavy-reads.server.ts';
import { parseInput } from '../parse-input.ts';
import { notFound } from '../problem.ts';
import { formerMatches, mostFormer } from './find-former.server.ts';
import { numbersOf } from './numbers-of.server.ts';
import {
  fewPass,
  pageOfAll,
  pageOfCode,
  pageOfSearch,
  pageOfSearchAmongFew,
  pageOfStatuses,
  pageOfTrouble,
} from './page-recipients.server.ts';
import { type RecipientJson, type RecipientStatus, recipientStatuses } from './recipient.ts';
import { type RecipientFilter, recipientFilter } from './recipient-filter.ts';
import { type RecipientRow, recipientColumns, toRecipientJson } from './recipient-json.ts';

export interface RecipientPage {
  data: RecipientJson[];
  /** Null on the last page. Belongs to lists with the same filter. */
  next_cursor: string | null;
}

/**
 * A page of the ledger, in the order of the list; with `q` in the order of addresses, unless `delivery` is given, and first who had such an
 * address before. Takes the same time for any size of list.
 *
 * @throws Problem 404 without such a campaign, 422 for a bad filter
 */
export async function listRecipients(db: Database, campaignId: number, filter: RecipientFilter = {}): Promise<RecipientPage> {
  ask('people:read');
  const { status, code, delivery, q, cursor, limit = 50 } = parseInput(recipientFilter, filterOf(filter));
  const statuses = status?.length ? status : null;
  const campaign = await listOf(db, campaignId, code);

  // One row more than the page tells whether there is another.
  const more = limit + 1;
  const beginnings = q?.trim() ? searchPrefixes(campaign.channel, q, await numbersOf(db, campaignId, campaign.channel)) : null;
  if (delivery) {
    const after = cursor ? fromCursor(cursor, 'number') : 0;
    const asked = [campaignId, after, more, statuses, code ?? null, beginnings];
    return page(await heavyQuery<RecipientRow>(db, pageOfTrouble(recipientColumns, delivery), asked), limit, (row) => row.id);
  }
  if (beginnings) {
    const after = cursor ? fromCursor(cursor, 'string') : '';
    const few = (statuses || code) && fewPass(passing(campaign, statuses, code), campaign.total);
    const search = few
      ? heavyQuery<RecipientRow>(db, pageOfSearchAmongFew(recipientColumns, statuses), [campaignId, after, more, beginnings, code ?? null])
      : heavyQuery<RecipientRow>(db, pageOfSearch(recipientColumns), [campaignId, after, more, beginnings, statuses, code ?? null]);
    const formerSearch = cursor
      ? null
      : heavyQuery<FormerRow>(db, formerMatches(recipientColumns), [
          ...[beginnings, mostFormer(limit), campaignId, statuses, code ?? null],
          false,
        ]);
    // Both at once and both awaited: one that failed while nobody waited for it would end the process.
    const [found, before] = await Promise.all([search, formerSearch]);
    const former = before?.rows ?? [];
    const now = page(found, limit - former.length, (row) => row.address);
    return { ...now, data: [...former.map(withoutCampaign), ...now.data] };
  }

  const after = cursor ? fromCursor(cursor, 'number') : 0;
  const byId = (row: RecipientRow) => row.id;
  if (code) {
    return page(await heavyQuery<RecipientRow>(db, pageOfCode(recipientColumns), [campaignId, after, more, code, statuses]), limit, byId);
  }
  if (statuses) {
    return page(await heavyQuery<RecipientRow>(db, pageOfStatuses(recipientColumns, statuses), [campaignId, after, more]), limit, byId);
  }
  return page(await heavyQuery<RecipientRow>(db, pageOfAll(recipientColumns), [campaignId, after, more]), limit, byId);
}

type FormerRow = RecipientRow & Record<'campaign_id' | 'campaign_name' | 'campaign_channel' | 'campaign_status', unknown>;

function withoutCampaign({
  campaign_id: _id,
  campaign_name: _name,
  campaign_channel: _channel,
  campaign_status: _status,
  ...row
}: FormerRow) {
  return toRecipientJson(row);
}

interface ListFacts extends Pick<CampaignCounters, 'total' | RecipientStatus> {
  channel: Channel;
  failedForCode: number;
}

async function listOf(db: Database, campaignId: number, code: string | undefined): Promise<ListFacts> {
  const { rows } = await heavyQuery<ListFacts>(
    db,
    `select channel, total, ${recipientStatuses.join(', ')},
       coalesce((select recipients from campaign_failures where campaign_id = c.id and failure_code = $2), 0) as "failedForCode"
     from campaigns c where id = $1`,
    [campaignId, code ?? null],
  );
  if (!rows[0]) throw notFound('There is no campaign');
  return rows[0];
}

/** How many recipients pass the filter at most, by the kept counters. Those that are tried again carry a code, too. */
function passing(facts: ListFacts, statuses: readonly RecipientStatus[] | null, code: string | undefined): number {
  const byStatus = (statuses ?? recipientStatuses).reduce((sum, status) => sum + facts[status], 0);
  const inFlight = facts.queued + facts.sending + facts.retrying + facts.unknown;
  return code ? Math.min(byStatus, facts.failedForCode + inFlight) : byStatus;
}

/** Empty parameters of a form mean the same as none. */
function filterOf(filter: RecipientFilter): Record<string, unknown> {
  const given = Object.entries(filter).filter(([, value]) => value !== '' && value !== undefined && value !== null);
  return Object.fromEntries(given);
}

function page({ rows }: { rows: RecipientRow[] }, limit: number, key: (row: RecipientRow) => number | string): RecipientPage {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(toRecipientJson), next_cursor: rows.length > limit && last ? toCursor(key(last)) : null };
}
