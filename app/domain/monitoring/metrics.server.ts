import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Database } from '#db/database.ts';
import { campaignStatuses } from '../campaigns/campaign.ts';
import { within } from '../within.ts';
import { repairKinds } from '../workers/repairs.server.ts';
import { type LedgerMetrics, readMetrics } from './read-metrics.server.ts';
import { takesWrites } from './takes-writes.server.ts';

/** What only this process knows. */
export interface LiveState {
  readonly listening: boolean;
  /** Open Socket.IO connections. */
  readonly clients: number;
  /** s that a notification takes from PostgreSQL to here; null: none came in time. */
  lag(): Promise<number | null>;
}

export interface MetricsOptions {
  db: Database;
  live: () => LiveState | undefined;
  /** Messages per second where the settings say none. */
  rates: Record<'email' | 'sms', number | undefined>;
  onError: (error: unknown) => void;
}

export interface Metrics {
  readonly contentType: string;
  /** The text of one scrape. Never throws: what cannot be read is left out, and `rollcall_database_up` is 0. */
  scrape(): Promise<string>;
}

/** ms after which a database that does not answer is left out. */
const DEADLINE_MS = 4_000;
const CHANNELS = ['email', 'sms'] as const;
const QUANTILES = ['0.5', '0.95', '0.99'] as const;

/**
 * Metrics of this web process and of the whole installation. The latter come from the database at each scrape, so every web process tells
 * the same and workers need no port of their own. Scrapes at the same time share one reading.
 */
export function createMetrics({ db, live, rates, onError }: MetricsOptions): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const ledger = ledgerMetrics(register, rates);
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [register] });
  const up = gauge('rollcall_database_up', 'Whether the database answered this scrape. The metrics of the ledger are left out where not.');
  const writable = gauge(
    'rollcall_database_writable',
    'Whether the database takes writes: its disk has room, and it is no standby. 0 as well while it does not answer.',
  );
  const listening = gauge('rollcall_listener_connected', 'Whether this web process is connected to listen to the ledger.');
  const lag = gauge('rollcall_listener_lag_seconds', 'Time that a notification took from PostgreSQL to this web process. +Inf: none came.');
  const clients = gauge('rollcall_socket_clients', 'Browsers and programs connected to this web process by Socket.IO.');
  let running: Promise<string> | null = null;

  async function collect(): Promise<string> {
    const state = live();
    const [read, writes, lagS] = await Promise.all([
      within(DEADLINE_MS, readMetrics(db.pool)).catch((error: unknown) => {
        onError(error);
        return null;
      }),
      within(DEADLINE_MS, takesWrites(db.pool)).catch(() => false),
      state?.lag().catch(() => null) ?? null,
    ]);
    up.set(read ? 1 : 0);
    writable.set(writes ? 1 : 0);
    ledger(read);
    listening.set(state?.listening ? 1 : 0);
    lag.set(lagS ?? Number.POSITIVE_INFINITY);
    clients.set(state?.clients ?? 0);
    return register.metrics();
  }

  return {
    contentType: register.contentType,
    scrape() {
      running ??= collect().finally(() => {
        running = null;
      });
      return running;
    },
  };
}

function ledgerMetrics(register: Registry, rates: MetricsOptions['rates']): (read: LedgerMetrics | null) => void {
  const registers = [register];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter<L>({ name: `rollcall_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Gauge<L>({ name: `rollcall_${name}`, help, labelNames, registers });
  const m = {
    attempts: counter('attempts_total', 'Sends by what came of them; transient are those that may pass, unknown outcomes included.', [
      'channel',
      'outcome',
    ]),
    duration: gauge('attempt_duration_seconds', 'From claim to committed outcome, of at most 2,000 sends of the last 5 minutes.', [
      'channel',
      'quantile',
    ]),
    recipients: gauge('recipients', 'Recipients that are not done with; held ones wait for a person to decide.', ['channel', 'status']),
    campaigns: gauge('campaigns', 'Campaigns by status.', ['status']),
    jobs: gauge('queue_jobs', 'Jobs that may run now (ready), run (running) or wait for their time (scheduled).', ['task', 'state']),
    oldest: gauge('queue_oldest_ready_seconds', 'How long the oldest job that may run has waited.', ['task']),
    retriesDue: gauge('retries_due', 'Retries that ought to be under way by now.', ['channel']),
    held: gauge('provider_held', 'Whether nothing but probes is sent to the provider.', ['channel']),
    until: gauge('provider_hold_until_timestamp_seconds', 'When the provider is tried next; absent while it is not held.', ['channel']),
    since: gauge('provider_held_since_timestamp_seconds', 'Since when the provider is held; absent while it is not.', ['channel']),
    rate: gauge('provider_rate_limit', 'Messages per second for all workers together; absent where there is no limit.', ['channel']),
    repairs: counter('repairs_total', 'What the reconciler had to mend. A healthy system mends nothing.', ['kind']),
    workers: gauge('workers', 'Workers that are running.', []),
    died: counter('workers_died_total', 'Workers that ended without signing off.', []),
  };
  return (read) => {
    for (const metric of Object.values(m)) metric.reset();
    if (!read) {
      // Without labels a metric would tell of 0 workers.
      m.workers.remove();
      m.died.remove();
      return;
    }
    // A series that begins with its first event has no increase at it: what can be counted is there from the start, at zero.
    for (const channel of CHANNELS) {
      for (const outcome of ['accepted', 'permanent', 'transient'] as const)
        m.attempts.inc({ channel, outcome }, read.attempts.find((row) => row.channel === channel)?.[outcome] ?? 0);
    }
    for (const { channel, quantiles } of read.durations) {
      for (const [i, quantile] of QUANTILES.entries()) m.duration.set({ channel, quantile }, quantiles[i] as number);
    }
    for (const channel of CHANNELS) {
      for (const status of ['pending', 'queued', 'sending', 'retrying', 'unknown', 'held'] as const)
        m.recipients.set({ channel, status }, read.recipients.find((row) => row.channel === channel)?.[status] ?? 0);
      m.retriesDue.set({ channel }, 0);
    }
    for (const status of campaignStatuses) m.campaigns.set({ status }, read.campaigns.find((row) => row.status === status)?.campaigns ?? 0);
    for (const { task, ready, running, scheduled, oldest, priority } of read.jobs) {
      for (const [state, n] of Object.entries({ ready, running, scheduled })) m.jobs.set({ task, state }, n);
      m.oldest.set({ task }, oldest);
      if (task === 'send_email' || task === 'send_sms') m.retriesDue.set({ channel: task === 'send_sms' ? 'sms' : 'email' }, priority);
    }
    for (const { channel, held, until, since, rate } of read.gates) {
      m.held.set({ channel }, held ? 1 : 0);
      if (held) {
        m.until.set({ channel }, until);
        m.since.set({ channel }, since);
      }
      const limit = rate ?? rates[channel];
      if (limit) m.rate.set({ channel }, limit);
    }
    for (const kind of repairKinds) m.repairs.inc({ kind }, read.repairs.find((row) => row.kind === kind)?.repaired ?? 0);
    m.workers.set(read.workers.running);
    m.died.inc(read.workers.died);
  };
}
