import { useEffect, useMemo, useReducer, useRef } from 'react';
import type { WatchedRows } from '#app/domain/recipients/recipient.ts';
import type { RecipientJson } from '../domain/recipients/recipient.ts';
import { MAX_WATCHED, type RecipientsChanged } from './events.ts';
import { applyChanges, applyWatched, type LivePage, livePage, refreshPage } from './live-recipients.ts';
import { serverNow } from './server-clock.ts';
import { liveSocket } from './socket-client.ts';

export interface RecipientsPage {
  campaignId: number;
  /** Which list this is; another key shows another page at once, the same key keeps the rows in their places. */
  key: string;
  /** The campaign's version, read before the rows. */
  version: number;
  rows: RecipientJson[];
  /** A recipient that is shown beside the page, whose changes are wanted too. */
  alsoWatch: number | null;
}

type PageContents = Pick<RecipientsPage, 'key' | 'version' | 'rows'>;
type Input = { page: PageContents } | { event: RecipientsChanged } | { watched: WatchedRows };

function reduce(state: LivePage, input: Input): LivePage {
  const at = new Date(serverNow()).toISOString();
  if ('event' in input) return applyChanges(state, input.event, at);
  if ('watched' in input) return applyWatched(state, input.watched, at);
  const { key, version, rows } = input.page;
  return key === state.key ? refreshPage(state, version, rows) : livePage(key, version, rows);
}

const start = ({ key, version, rows }: PageContents): LivePage => livePage(key, version, rows);

/** Between two questions for the page, in ms. */
const ASK_AGAIN_MS = 2_000;

/**
 * The rows of a page, changing in place. `reload` is called when something was missed: it has to bring the same page again.
 * @param joins of `useLiveCampaign`: the watch is a part of the room, so it is renewed with every join.
 */
export function useLiveRecipients(loaded: RecipientsPage, joins: number, reload: () => void): readonly RecipientJson[] {
  const { campaignId, key, version, rows: loadedRows, alsoWatch } = loaded;
  const page = useMemo(() => ({ key, version, rows: loadedRows }), [key, version, loadedRows]);
  const [state, dispatch] = useReducer(reduce, page, start);
  const askedAt = useRef(0);
  const ask = useRef(reload);
  ask.current = reload;

  useEffect(() => dispatch({ page }), [page]);

  useEffect(() => {
    const socket = liveSocket();
    const onChanged = (event: RecipientsChanged) => event.campaign_id === campaignId && dispatch({ event });
    socket.on('recipients:changed', onChanged);
    return () => {
      socket.off('recipients:changed', onChanged);
    };
  }, [campaignId]);

  const rows = state.key === key ? state.rows : loadedRows;
  const ids = [...new Set([...rows.map((row) => row.id), ...(alsoWatch === null ? [] : [alsoWatch])])].join(',');

  useEffect(() => {
    if (joins === 0) return;
    const watched = ids === '' ? [] : ids.split(',').map(Number).slice(0, MAX_WATCHED);
    liveSocket().emit('recipients:watch', { campaign_id: campaignId, ids: watched }, (answer) => {
      if (answer && 'recipients' in answer) dispatch({ watched: answer });
    });
  }, [campaignId, ids, joins]);

  useEffect(() => {
    if (!state.stale) return;
    const timer = setInterval(() => {
      if (Date.now() - askedAt.current < ASK_AGAIN_MS) return;
      askedAt.current = Date.now();
      ask.current();
    }, 100);
    return () => clearInterval(timer);
  }, [state.stale]);

  return rows;
}
