import type { WatchedRows } from '#app/domain/recipients/recipient.ts';
import type { RecipientChange, RecipientJson } from '../domain/recipients/recipient.ts';
import type { RecipientsChanged } from './events.ts';

/** One page of the ledger while it is being read. Rows keep their places; only their contents change. */
export interface LivePage {
  /** Which list this is (filters and cursor): another key is another page. */
  key: string;
  rows: readonly RecipientJson[];
  /** The version at which all rows were read; changes up to it are in them. */
  base: number;
  /** The newest version seen, of the page or of a change. */
  seen: number;
  /** Per row, the version of the newest change that was applied to it. */
  changed: Readonly<Record<number, number>>;
  /** Was something missed, so that the page must be asked for again? */
  stale: boolean;
}

/** `version` is the campaign's, read before the rows: they are at least that new. */
export function livePage(key: string, version: number, rows: readonly RecipientJson[]): LivePage {
  return { key, rows, base: version, seen: version, changed: {}, stale: false };
}

/**
 * The same list again, read later. Rows on screen take the new contents unless a newer change is known, and stay even where the list
 * lost them: a row never vanishes under the reader. New rows wait until the reader asks for them (`livePage` anew).
 */
export function refreshPage(page: LivePage, version: number, rows: readonly RecipientJson[]): LivePage {
  const fresh = new Map(rows.map((row) => [row.id, row]));
  return {
    ...page,
    rows: page.rows.map((row) => ((page.changed[row.id] ?? 0) > version ? row : (fresh.get(row.id) ?? row))),
    base: Math.max(page.base, version),
    seen: Math.max(page.seen, version),
    stale: false,
  };
}

/**
 * One statement's changes may come in several events of one version, so only what is not above `base` is old; a row never goes back.
 * @param at ISO time of the event, on the server's clock: when a row that turns sent or failed did so, as far as is known yet.
 */
export function applyChanges(page: LivePage, event: RecipientsChanged, at: string): LivePage {
  if (event.version <= page.base) return page;
  const missed = event.since > page.seen || event.many === true;
  const rows = applyRows(page, event.version, event.many ? [] : event.recipients, at);
  return { ...rows, seen: Math.max(page.seen, event.version), stale: page.stale || missed };
}

/** The answer to a watch: the rows as they are now, whatever happened between the page's query and the watch. */
export function applyWatched(page: LivePage, answer: WatchedRows, at: string): LivePage {
  const rows = applyRows(page, answer.version, answer.recipients, at);
  return { ...rows, base: Math.max(page.base, answer.version), seen: Math.max(page.seen, answer.version) };
}

function applyRows(page: LivePage, version: number, changes: readonly RecipientChange[], at: string): LivePage {
  const byId = new Map(changes.map((change) => [change.id, change]));
  let touched = false;
  const changed = { ...page.changed };
  const rows = page.rows.map((row) => {
    const change = byId.get(row.id);
    if (!change || (changed[row.id] ?? 0) >= version) return row;
    touched = true;
    changed[row.id] = version;
    return changeRow(row, change, at);
  });
  return touched ? { ...page, rows, changed } : page;
}

/** What an event tells of a row, with the rest of the row made to agree. A due time of an unknown recipient is its deadline. */
function changeRow(row: RecipientJson, change: RecipientChange, at: string): RecipientJson {
  const { status, attempts, failure_code } = change;
  return {
    ...row,
    status,
    attempts,
    next_attempt_at: status === 'retrying' ? change.next_attempt_at : null,
    unknown_until: status === 'unknown' ? change.next_attempt_at : null,
    sent_at: status === 'sent' ? (row.sent_at ?? at) : null,
    failed_at: status === 'failed' ? (row.failed_at ?? at) : null,
    failure_code,
    delivery: change.delivery,
    failure_reason: failure_code === row.failure_code ? row.failure_reason : null,
  };
}
