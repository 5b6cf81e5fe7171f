import type { CampaignProgress } from '../domain/campaigns/campaign.ts';
import type { Delivery, RecipientChange, RecipientStatus } from '../domain/recipients/recipient.ts';
import { EMIT_INTERVAL_MS, type RecipientsChanged } from './events.ts';
import type { CampaignNotice, RecipientsNotice } from './listen.server.ts';

/** Rows merged into one event at the most; more of them are told as `many`. */
const MOST_ROWS = 2_000;

export interface RelayOutput {
  progress(progress: CampaignProgress): void;
  /** `since` is set for those who watch all rows. */
  recipients(change: RecipientsChanged): void;
  resync(campaignId: number): void;
}

interface CampaignState {
  /** Version of the newest notice; the next one must be one above. */
  seen: number;
  progress: CampaignNotice | null;
  progressEmitted: number;
  rows: Map<number, RecipientChange>;
  rowsVersion: number;
  rowsEmitted: number;
  many: boolean;
}

/**
 * Merges what the ledger says, per campaign, into at most ten events a second. A pure machine but for its timer: notices go in,
 * events come out, versions never go back and a gap between them is told as a resync.
 */
export function createRelay(output: RelayOutput, intervalMs = EMIT_INTERVAL_MS) {
  const campaigns = new Map<number, CampaignState>();
  const dirty = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let lastFlush = 0;

  function flush(): void {
    timer = undefined;
    lastFlush = performance.now();
    for (const id of dirty) emit(id);
    dirty.clear();
  }

  function emit(id: number): void {
    const state = campaigns.get(id);
    if (!state) return;
    if (state.many || state.rows.size > 0) {
      output.recipients({
        campaign_id: id,
        version: state.rowsVersion,
        since: state.rowsEmitted,
        recipients: state.many ? [] : [...state.rows.values()],
        ...(state.many ? { many: true } : {}),
      });
      state.rowsEmitted = state.rowsVersion;
      state.rows = new Map();
      state.many = false;
    }
    if (state.progress) {
      output.progress({ ...state.progress, since: state.progressEmitted, server_time: new Date().toISOString() });
      state.progressEmitted = state.progress.version;
      state.progress = null;
    }
  }

  function mark(id: number): void {
    dirty.add(id);
    timer ??= setTimeout(flush, Math.max(0, lastFlush + intervalMs - performance.now()));
  }

  function stateOf(id: number, version: number): CampaignState {
    let state = campaigns.get(id);
    if (!state) {
      state = {
        seen: version - 1,
        progress: null,
        progressEmitted: version - 1,
        rows: new Map(),
        rowsVersion: 0,
        rowsEmitted: version - 1,
        many: false,
      };
      campaigns.set(id, state);
    }
    return state;
  }

  return {
    campaign(notice: CampaignNotice): void {
      const state = stateOf(notice.id, notice.version);
      if (notice.version > state.seen + 1) output.resync(notice.id);
      state.seen = Math.max(state.seen, notice.version);
      state.progress = notice;
      mark(notice.id);
    },
    recipients(notice: RecipientsNotice): void {
      const state = stateOf(notice.id, notice.version);
      state.rowsVersion = Math.max(state.rowsVersion, notice.version);
      if (notice.many || state.rows.size > MOST_ROWS) state.many = true;
      else for (const row of notice.rows ?? []) state.rows.set(row[0], expand(row));
      mark(notice.id);
    },
    /** Forgets everything and tells everybody to ask again: notices were lost. */
    reset(): void {
      for (const id of campaigns.keys()) output.resync(id);
      campaigns.clear();
      dirty.clear();
    },
    stop(): void {
      clearTimeout(timer);
    },
  };
}

function expand([id, status, attempts, dueMs, code, delivery]: NonNullable<RecipientsNotice['rows']>[number]): RecipientChange {
  return {
    id,
    status: status as RecipientStatus,
    attempts,
    next_attempt_at: dueMs === null ? null : new Date(dueMs).toISOString(),
    failure_code: code,
    delivery: (delivery ?? null) as Delivery | null,
  };
}
