import { setTimeout as delay } from 'node:timers/promises';
import { type CampaignJson, hasEnded } from '#app/domain/campaigns/campaign.ts';
import { seededRandom } from '#sandbox/faults.ts';
import { until } from '../launch/processes.ts';
import { check, type Findings } from './check.ts';
import type { Cluster } from './cluster.ts';
import { type ChannelFaults, inject } from './inject.ts';
import { createPerson } from './person.ts';
import type { Fault, Plan } from './plan.ts';
import { watchCampaign } from './watchers.ts';

/** Promises about time. */
const END_WITHIN_MS = 180_000;
const NO_JOB_AFTER_MS = 20_000;
/** Without progress for so long (everything is failing, say) the next fault comes anyway. */
const STALLED_MS = 15_000;

export interface Result extends Findings {
  plan: Plan;
  /** What went wrong, in order; less than was planned where the campaign ended before. */
  happened: string[];
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
  const happened: string[] = [];
  const person = createPerson(cluster);
  const random = seededRandom(plan.seed ^ 0x5eed);
  const usual = { ...plan.rates, latency_ms: plan.latencyMs, events: plan.events ? ('on' as const) : ('off' as const) };
  const provider = (faults: ChannelFaults) => sandbox.setFaults({ [plan.channel]: { ...usual, ...faults } });
  await sandbox.clear();
  await provider({});

  const id = await person.makeCampaign(plan, recipients);
  const watchers = await watchCampaign(cluster, id);
  await person.send(id);
  await cluster.reader?.open(id); // a draft's page has no numbers yet

  const accepted = async () => (await sandbox.stats()).accepted;
  const ended = async () => {
    const [row] = await cluster.query<CampaignJson>('select * from campaigns where id = $1', [id]);
    return row !== undefined && hasEnded(row.status) && row.queued + row.sending + row.retrying + row.unknown === 0;
  };
  let recoveredMs = 0;
  try {
    for (const fault of plan.faults) {
      await reached(fault.at * recipients);
      if (await ended()) break;
      await goWrong(fault);
    }
    await end();
    for (const fault of plan.retryFaults.length > 0 ? plan.retryFaults : [null]) {
      if (!(await person.retry(id))) break;
      happened.push('retried by a person');
      if (fault) await goWrong(fault);
      await end();
    }
    await until('no job is left', NO_JOB_AFTER_MS, noJobs, 100);
    if (plan.events) await until('all events have arrived', 60_000, async () => (await sandbox.stats()).events.waiting === 0, 100);
  } catch (error) {
    violations.push((error as Error).message);
  } finally {
    watchers.close();
  }
  for (const name of cluster.endedByThemselves()) violations.push(`${name} ended by itself`);
  const findings = await check(cluster, id, recipients, plan);
  return {
    ...findings,
    violations: [...violations, ...findings.violations],
    plan,
    happened,
    recipients,
    recoveredS: recoveredMs / 1_000,
    tookS: (performance.now() - started) / 1_000,
  };

  async function goWrong(fault: Fault): Promise<void> {
    say(`${fault.kind} (at ${await accepted()} of ${recipients})`);
    happened.push(fault.kind);
    await inject(fault, {
      cluster,
      provider,
      random,
      violation: (text) => void violations.push(text),
      say,
      click: (action) => (action === 'send to one again' ? person.sendToOneAgain(id) : person.click(id, action)),
      cutSockets: () => watchers.cut(),
    });
    recoveredMs = Math.max(recoveredMs, await recovery());
  }

  async function end(): Promise<void> {
    await until('the campaign has ended', END_WITHIN_MS, ended, 100);
    const since = performance.now();
    await watchers.untilRight().catch((error: Error) => void violations.push(error.message));
    say(`ended, and shown after ${Math.round(performance.now() - since)} ms`);
  }

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
}
