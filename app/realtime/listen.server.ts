import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { CampaignCounters, CampaignStatus } from '../domain/campaigns/campaign.ts';

/** What the campaigns' trigger tells: the whole of the counters after one change. */
export interface CampaignNotice extends CampaignCounters {
  id: number;
  version: number;
  revision: number;
  status: CampaignStatus;
  hold_until: string | null;
  hold_reason: string | null;
}

/** What the recipients' trigger tells: rows as `[id, status, attempts, due (ms since 1970), failure code, delivery]`, or that there were too many. */
export interface RecipientsNotice {
  id: number;
  version: number;
  rows?: [id: number, status: string, attempts: number, dueMs: number | null, code: string | null, delivery?: string | null][];
  many?: true;
}

/** Whoever handles no campaigns hears of providers alone. */
export interface ListenHandlers {
  onCampaign?(notice: CampaignNotice): void;
  onRecipients?(notice: RecipientsNotice): void;
  /** A campaign was made, or is gone. */
  onListed?(notice: { id: number }): void;
  /** An alert was raised. */
  onAlert?(notice: { id: number }): void;
  /** Somebody's access ended or changed: a user's id, or `key:` and a key's; null where it may be anybody's. */
  onAccess?(notice: { viewer: string | null }): void;
  /** Keys of a provider were saved or removed. */
  onProviders?(): void;
  /** The connection is there (again): whatever was said before is lost. */
  onConnected(): void;
  onLost(error: Error): void;
}

export interface Listener {
  readonly connected: boolean;
  /**
   * Sends itself a notification over another connection.
   *
   * @returns s until it came; null where none came within a second
   */
  lag(notify: (channel: string, payload: string) => Promise<unknown>): Promise<number | null>;
  stop(): Promise<void>;
}

const PING_CHANNEL = 'rollcall_ping';
const PING_DEADLINE_MS = 1_000;
const RECONNECT_MS = { first: 100, most: 2_000 };

/**
 * Listens to the ledger on one direct connection (LISTEN does not work through a transaction pooler) and comes back by itself
 * whenever that is lost.
 */
export function listen(url: string, handlers: ListenHandlers): Listener {
  let client: pg.Client | undefined;
  let connected = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = RECONNECT_MS.first;
  const pings = new Map<string, () => void>();

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'rollcall listen',
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      connectionTimeoutMillis: 5_000,
    });
    client = next;
    let lost = false;
    const lose = (error: Error) => {
      if (lost || stopped) return;
      lost = true;
      connected = false;
      handlers.onLost(error);
      next.end().catch(() => {}); // it is broken already
      timer = setTimeout(() => void connect(), pauseMs);
      pauseMs = Math.min(pauseMs * 2, RECONNECT_MS.most);
    };
    next.on('error', lose);
    next.on('end', () => lose(new Error('the connection ended')));
    next.on('notification', ({ channel, payload }) => {
      if (channel === PING_CHANNEL) return pings.get(payload ?? '')?.();
      const notice: unknown = JSON.parse(payload ?? 'null');
      if (channel === 'rollcall_campaign') handlers.onCampaign?.(notice as CampaignNotice);
      else if (channel === 'rollcall_recipients') handlers.onRecipients?.(notice as RecipientsNotice);
      else if (channel === 'rollcall_listed') handlers.onListed?.(notice as { id: number });
      else if (channel === 'rollcall_access') handlers.onAccess?.(notice as { viewer: string | null });
      else if (channel === 'rollcall_alert') handlers.onAlert?.(notice as { id: number });
      else if (channel === 'rollcall_providers') handlers.onProviders?.();
    });
    try {
      await next.connect();
      await next.query(
        handlers.onCampaign
          ? `listen rollcall_campaign; listen rollcall_recipients; listen rollcall_listed; listen rollcall_alert; listen rollcall_access; listen rollcall_providers; listen ${PING_CHANNEL}`
          : 'listen rollcall_providers',
      );
    } catch (error) {
      lose(error as Error);
      return;
    }
    if (lost || stopped) return;
    connected = true;
    pauseMs = RECONNECT_MS.first;
    handlers.onConnected();
  }

  void connect();
  return {
    get connected() {
      return connected;
    },
    async lag(notify) {
      if (!connected) return null;
      const token = randomUUID();
      const from = performance.now();
      try {
        return await new Promise((resolve, reject) => {
          const late = setTimeout(() => resolve(null), PING_DEADLINE_MS);
          pings.set(token, () => {
            clearTimeout(late);
            resolve((performance.now() - from) / 1_000);
          });
          notify(PING_CHANNEL, token).catch(reject);
        });
      } finally {
        pings.delete(token);
      }
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
