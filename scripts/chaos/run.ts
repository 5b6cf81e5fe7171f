import { setTimeout as delay } from 'node:timers/promises';
import { type CampaignJson, hasEnded } from '#app/domain/campaigns/campaign.ts';
import { recipientStatuses } from '#app/domain/recipients/recipient.ts';
import { seededRandom } from '#sandbox/faults.ts';
import { Client } from '../send/client.ts';
import { follow, type Progress } from '../send/follow.ts';
import { check, type Findings } from './check.ts';
import type { Cluster } from './cluster.ts';
import { inject } from './inject.ts';
import type { Plan } from './plan.ts';
import { until } from './processes.ts';

/** Promises about time. */
const END_WITHIN_MS = 180_000;
const NO_JOB_AFTER_MS = 20_000;
const SHOWN_WITHIN_MS = 2_000;
/** Without progress for so long (everything is failing, say) the next fault comes anyway. */
const STALLED_MS = 15_000;
const SHOWN = ['status', 'total', ...recipientStatuses] as const;

export interface Result extends Findings {
  plan: Plan;
  recipients: number;
  /** From the end of a fault to the next message that the provider accepted, the longest of the run, in s. */
  recoveredS: number;
  tookS: number;
}

/** One campaign under everything that its plan has in store. Throws only where the suite itself is broken. */
export async function chaosRun(cluster: Cluster, plan: Plan, recipients: number, say: (line: string) => void): Promise<Result> {
  const { sandbox } = cluster;
  const started = performance.now();
  const violations: string[] = [];
  const violation = (text: string) => void violations.push(text);
  const client = new Client(cluster);
  const usual = { email: { ...plan.rates, latency_ms: plan.latencyMs, events: plan.events ? ('on' as const) : ('off' as const) } };
  await sandbox.clear();
  await sandbox.setFaults(usual);

  const { id } = await client.create({
    name: `Chaos ${plan.seed}`,
    channel: 'email',
    subject: 'Hello',
    text: 'Hello from the chaos suite.',
  });
  await importNumbered(cluster, id, recipients);
  let shown: Progress | undefined;
  const following = follow(cluster, id, (progress) => {
    shown = progress;
  });
  await following.joined;
  await client.send(id);

  const accepted = async () => (await sandbox.stats()).accepted;
  const ended = async () => {
    const [row] = await cluster.query<CampaignJson>('select * from campaigns where id = $1', [id]);
    return row !== undefined && hasEnded(row.status) && row.queued + row.sending + row.retrying + row.unknown === 0;
  };
  let recoveredMs = 0;
  try {
    const random = seededRandom(plan.seed ^ 0x5eed);
    for (const fault of plan.faults) {
      await reached(fault.at * recipients);
      if (await ended()) break;
      say(`${fault.kind} (at ${await accepted()} of ${recipients})`);
      await inject(fault, {
        cluster,
        usual,
        random,
        violation,
        say,
        click: (action) => persistently(() => click(cluster, id, action)),
        cutSocket: () => void following.socket.io.engine.close(),
      });
      recoveredMs = Math.max(recoveredMs, await recovery());
    }
    await until('the campaign has ended', END_WITHIN_MS, ended, 100);
    if (await retried()) await until('the retried campaign has ended', END_WITHIN_MS, ended, 100);
    await untilShown();
    await until('no job is left', NO_JOB_AFTER_MS, noJobs, 100);
    if (plan.events) await until('all events have arrived', 60_000, async () => (await sandbox.stats()).events.waiting === 0, 100);
  } catch (error) {
    violation((error as Error).message);
  } finally {
    following.close();
  }
  for (const name of cluster.endedByThemselves()) violation(`${name} ended by itself`);
  const findings = await check(cluster, id, recipients, plan.events);
  return {
    ...findings,
    violations: [...violations, ...findings.violations],
    plan,
    recipients,
    recoveredS: recoveredMs / 1_000,
    tookS: (performance.now() - started) / 1_000,
  };

  async function reached(count: number): Promise<void> {
    let best = 0;
    let since = performance.now();
    for (;;) {
      const now = await accepted();
      if (now >= count) return;
      if (now > best) [best, since] = [now, performance.now()];
      else if (performance.now() - since > STALLED_MS || (await ended())) return;
      await delay(10);
    }
  }

  async function recovery(): Promise<number> {
    const [before, from] = [await accepted(), performance.now()];
    await until('sending goes on', 90_000, async () => (await accepted()) > before || (await ended()), 20);
    return performance.now() - from;
  }

  async function noJobs(): Promise<boolean> {
    const jobs = await cluster.query(
      `select from graphile_worker._private_jobs where (payload ->> 'campaign_id')::bigint = $1
         or (locked_at is not null and locked_by not in (select pool_id from workers where ended_at is null))`,
      [id],
    );
    return jobs.length === 0;
  }

  async function retried(): Promise<boolean> {
    const response = await persistently(() => call(cluster, `/campaigns/${id}/retry`, '{}'));
    return response.ok; // else there is nothing that may pass
  }

  async function untilShown(): Promise<void> {
    const since = performance.now();
    const agrees = async () => {
      const [row] = await cluster.query<Record<string, unknown>>('select * from campaigns where id = $1', [id]);
      return SHOWN.every((name) => row?.[name] === shown?.[name]);
    };
    await until('the socket client shows the ledger’s numbers', SHOWN_WITHIN_MS, agrees).catch((error: Error) => {
      violation(`${error.message}: it shows ${JSON.stringify(shown)}`);
    });
    say(`shown after ${Math.round(performance.now() - since)} ms`);
  }
}

async function importNumbered({ url, key }: Cluster, id: number, count: number): Promise<void> {
  const body = `email\n${Array.from({ length: count }, (_, i) => `person${i + 1}@example.test`).join('\n')}\n`;
  const response = await fetch(`${url}/api/v1/campaigns/${id}/recipients`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'text/csv' },
    body,
  });
  if (!response.ok) throw new Error(`the import failed: ${await response.text()}`);
}

function call({ url, key }: Cluster, path: string, body?: string): Promise<Response> {
  return fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
    ...(body ? { body } : {}),
  });
}

/** 409 means that a click before it went through, or that the campaign has ended meanwhile: both are fine for a person. */
async function click(cluster: Cluster, id: number, action: 'pause' | 'resume'): Promise<Response> {
  const response = await call(cluster, `/campaigns/${id}/${action}`);
  if (!response.ok && response.status !== 409 && response.status < 500) throw new Error(`${action} was answered with ${response.status}`);
  return response;
}

/** As a person does it: where the server says that it is broken, once more after a moment. */
async function persistently(request: () => Promise<Response>): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await request();
    if (response.status < 500 || attempt === 40) return response;
    await delay(250);
  }
}
