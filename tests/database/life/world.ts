import { expect } from 'vitest';
import type { UnknownPolicy } from '#app/domain/campaigns/campaign.ts';
import { retriedByDefault } from '#app/domain/campaigns/retry-rules.ts';
import type { Channel } from '#app/domain/channel.ts';
import type { ChunkKey } from '#app/domain/sending/turns.server.ts';
import type { Database } from '#db/database.ts';
import { requestChunks } from '#db/jobs.ts';
import { claimRecipients, type SendKey } from '#db/ledger/claim.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { Model } from './model.ts';
import { type Attempt, NOBODYS, type Person } from './person.ts';

/** Seconds that come only when a command lets them pass: no machine is so slow. */
export const LATER_S = 900;

export interface Worker {
  id: number;
  pool: string;
}

export interface Job {
  id: number;
  task: string;
  key: SendKey;
  /** Runs after this one. */
  left: number;
}

/** A worker's turn with a chunk job. */
export interface Turn {
  job: number;
  key: ChunkKey;
  after: number;
  /** What it does next; `leave`: it has seen that there is nothing more to do, and nobody waits for it. */
  next: 'claim' | 'end' | 'leave';
}

/** What the commands act on: the real ledger of one campaign, with hands in the place of workers, a clock and the provider. */
export class World {
  readonly db: Database;
  readonly id: number;
  readonly channel: Channel;
  workers: Worker[] = [];
  /** By worker, of which each sends the campaign once at a time. */
  readonly turns = new Map<number, Turn>();
  /** What a test took out of the queue, so that somebody waits for nothing until the reconciler has looked. */
  jobsLost = false;
  commands = 0;

  constructor(db: Database, id: number, channel: Channel) {
    this.db = db;
    this.id = id;
    this.channel = channel;
  }

  /** @param name of a statement that is asked again and again */
  async query<Row extends object = Record<string, never>>(text: string, values: unknown[] = [], name?: string): Promise<Row[]> {
    return (await this.db.pool.query<Row>({ text, values, ...(name && { name }) })).rows;
  }

  async newWorker(): Promise<Worker> {
    const [row] = await this.query<Worker>(
      `insert into workers (pool_id, host, pid) values ('pool ' || gen_random_uuid(), 'test', 1) returning id, pool_id as pool`,
    );
    return row as Worker;
  }

  /** Takes one job that may run, as a worker's queue does. @param which of those, counted on and on */
  async take(worker: Worker, tasks: string[], which = 0): Promise<Job | undefined> {
    const [job] = await this.query<{ id: number; task: string; payload: Job['key']; left: number }>(
      `with ready as (
         select j.id, t.identifier as task, row_number() over (order by j.id) - 1 as n, count(*) over () as all
         from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
         where t.identifier = any($1) and j.locked_at is null and j.run_at <= now() and j.attempts < j.max_attempts
       )
       update graphile_worker._private_jobs j set attempts = attempts + 1, locked_at = now(), locked_by = $2
       from ready where j.id = ready.id and ready.n = $3 % ready.all
       returning j.id, ready.task, j.payload, j.max_attempts - j.attempts as left`,
      [tasks, worker.pool, which],
      'life_take',
    );
    return job && { id: job.id, task: job.task, key: job.payload, left: job.left };
  }

  async done(job: number | null): Promise<void> {
    if (job !== null) await this.query('delete from graphile_worker._private_jobs where id = $1', [job]);
  }

  /** As Graphile does for a job that threw; the trigger brings a retry to the ledger's time. */
  async failed(job: number | null): Promise<void> {
    if (job === null) return;
    await this.query(
      `update graphile_worker._private_jobs set locked_at = null, locked_by = null, last_error = 'later',
         run_at = greatest(now(), run_at) + exp(least(attempts, 10)) * interval '1 second' where id = $1`,
      [job],
    );
  }

  newAddress(): string {
    return addressOf(this.channel, ++addresses, 0);
  }

  claim(job: Pick<Job, 'key'>, worker: Worker, repeated = false) {
    return claimRecipients(this.db.pool, [job.key], worker.id, repeated).then(([claim]) => claim ?? null);
  }
}

/** Also what is refused by rights: of it the status. */
export async function statusOf(work: Promise<unknown>): Promise<number> {
  try {
    await work;
    return 200;
  } catch (error) {
    const { status } = error as { status?: number };
    if (typeof status === 'number') return status;
    throw error;
  }
}

const names = ['ada', 'bo', 'cleo', 'dan', 'eve', 'fay'];
let addresses = 0;

/** A campaign that has just started. */
export async function begin(
  db: Database,
  { channel, policy, size, workers }: { channel: Channel; policy: UnknownPolicy; size: number; workers: number },
): Promise<{ model: Model; real: World }> {
  const turn = ++addresses;
  const list = names.slice(0, size).map((name, n) => addressOf(channel, turn, n, name));
  const id = await draftCampaign(db, { addresses: list, channel, unknownPolicy: policy });
  const real = new World(db, id, channel);
  await real.query(
    `update campaigns set status = 'SENDING', doing = 'sending', started_at = now(), dispatch_requested = true where id = $1`,
    [id],
  );
  for (let n = workers; n > 0; n--) real.workers.push(await real.newWorker());
  await real.query(`select ${requestChunks('$1')}`, [id]);
  const people = await real.query<{ id: number; address: string }>(
    'select id, address from recipients where campaign_id = $1 order by id',
    [id],
  );
  return { model: new Model(channel, policy, people), real };
}

function addressOf(channel: Channel, turn: number, n: number, name = 'new'): string {
  return channel === 'email' ? `${name}${n}@life${turn}.test` : `+1${212 + (turn % 7)}55${String(turn % 10_000).padStart(4, '0')}${n}`;
}

interface Facts {
  campaign: Record<string, unknown>;
  people: Record<string, unknown>[];
  attempts: { id: number; recipient_id: number; round: number; number: number; outcome: string }[];
  reported: Record<string, number>;
  statuses: Record<string, number>;
  failures: Record<string, number>;
  tries: number;
  waiting: { chunk: boolean; move: boolean; probe: boolean; sends: Record<string, number>; line: Record<string, number> };
}

const STATUSES = ['pending', 'queued', 'sending', 'retrying', 'unknown', 'sent', 'failed', 'suppressed', 'cancelled'] as const;

/** Model, ledger, counters and reports say the same; and whoever is open waits for something that will come. */
export async function agree(model: Model, real: World): Promise<void> {
  const [row] = await real.query<{ facts: Facts }>(
    `select json_build_object(
       'campaign', (select to_jsonb(c) from campaigns c where id = $1),
       'people', (select json_agg(r order by r.id) from (
         select id, address, status, round, attempts, dispatch_seq, attempt_id, failure_code, delivery,
           status = 'unknown' and unknown_until is null as held, unsubscribed_at is not null as left,
           complained_at is not null as complained
         from recipients where campaign_id = $1) r),
       'attempts', (select coalesce(json_agg(a order by a.id), '[]') from (
         select id, recipient_id, round, number, outcome from attempts where campaign_id = $1) a),
       'reported', (select to_jsonb(c) from reporting.campaigns c where id = $1),
       'statuses', (select json_object_agg(status, n) from (
         select status, count(*) as n from reporting.recipients where campaign_id = $1 group by 1) s),
       'failures', (select coalesce(json_object_agg(failure_code, recipients), '{}') from reporting.failure_reasons where campaign_id = $1),
       'tries', (select count(*) from reporting.attempts where campaign_id = $1),
       'waiting', (select json_build_object(
           'chunk', coalesce(bool_or(t.identifier in ('send_email_chunk', 'send_sms_chunk') and j.id <> all ($2)), false),
           'move', coalesce(bool_or(t.identifier = 'move_recipients'), false),
           'probe', coalesce(bool_or(t.identifier = 'probe_provider'), false),
           'sends', coalesce(json_object_agg(coalesce(j.payload ->> 'recipient_id', t.identifier), (j.payload ->> 'dispatch_seq')::integer
             order by (j.payload ->> 'dispatch_seq')::integer nulls first), '{}'),
           'line', (select coalesce(json_object_agg(recipient_id, dispatch_seq), '{}') from rate_line where campaign_id = $1))
         from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
         left join workers w on w.pool_id = j.locked_by and w.ended_at is null
         where (case when j.locked_at is null then j.attempts < j.max_attempts else w.id is not null end)
           and (t.identifier = 'probe_provider' or (j.payload ->> 'campaign_id')::bigint = $1))
     ) as facts`,
    [real.id, [...real.turns.values()].filter(({ next }) => next === 'leave').map(({ job }) => job)],
    'life_facts',
  );
  const facts = row?.facts as Facts;
  const { campaign: c } = model;
  const attemptOf = (id: unknown) => (id === null || model.attempts.has(id as number) ? id : NOBODYS);
  expect(facts.people.map((one) => ({ ...one, attempt_id: attemptOf(one.attempt_id) }))).toEqual(
    model.people.map((person) => ({
      ...{ id: person.id, address: person.address, status: person.status, round: person.round, attempts: person.attempts },
      ...{ dispatch_seq: person.seq, attempt_id: person.attempt, failure_code: person.code, delivery: person.delivery },
      ...{ held: person.status === 'unknown' && person.held, left: person.left, complained: person.complained },
    })),
  );
  expect(facts.campaign).toMatchObject({
    ...{ status: c.status, unknown_policy: c.policy, doing: c.doing, doubtful: c.doubtful, stop_code: c.stop },
    ...{ failure_code: c.failure, reopened_from: c.reopenedFrom, retry_count: c.retryCount, retry_codes: c.retryCodes },
  });
  const log = [...model.attempts.values()].filter(({ outcome }) => outcome !== null).sort((a, b) => a.id - b.id);
  expect(facts.attempts).toEqual(
    log.map(({ id, person, round, number, outcome }) => ({ id, recipient_id: person.id, round, number, outcome })),
  );

  // Counters and reports are those of the ledger.
  const counted = Object.fromEntries(STATUSES.map((status) => [status, model.count(status)]));
  const delivered = (what: string) => model.people.filter(({ delivery }) => delivery === what).length;
  const counters = {
    ...{ ...counted, total: model.people.length, delivered: delivered('delivered'), bounced: delivered('bounced') },
    ...{
      complained: model.people.filter(({ complained }) => complained).length,
      unsubscribed: model.people.filter(({ left }) => left).length,
    },
  };
  expect(facts.campaign).toMatchObject({ ...counters, held: model.heldPeople().length });
  expect(facts.reported).toMatchObject({ ...counters, status: c.status, failure_code: c.failure, recovered_by_retry: recovered(log) });
  expect(facts.statuses).toEqual(Object.fromEntries(Object.entries(counted).filter(([, n]) => n > 0)));
  const failed = model.people.filter(({ status }) => status === 'failed');
  expect(facts.failures).toEqual(Object.fromEntries(failed.map(({ code }) => [code, failed.filter((one) => one.code === code).length])));
  expect(facts.tries).toBe(log.length);

  if (!real.jobsLost) expect(stuck(model, facts.waiting)).toEqual([]);
}

/** Sent now, and an attempt after the first was accepted. */
function recovered(log: Attempt[]): number {
  const again = log.filter((attempt) => attempt.outcome === 'accepted' && log.find(({ person }) => person === attempt.person) !== attempt);
  return new Set(again.map(({ person }) => person).filter(({ status }) => status === 'sent')).size;
}

/** The days' sums are those of the only campaign there is. */
export async function sumsAgree(model: Model, real: World): Promise<void> {
  const sums = await real.query<Record<string, number>>(
    `select sum(sent)::integer as sent, sum(failed)::integer as failed, sum(attempts)::integer as attempts, sum(retried)::integer as retried,
       sum(recovered)::integer as recovered, sum(delivered)::integer as delivered from reporting.daily_sends`,
    [],
    'life_sums',
  );
  const log = [...model.attempts.values()].filter(({ outcome }) => outcome !== null);
  const expected = {
    ...{ sent: model.count('sent'), failed: model.count('failed'), attempts: log.length, recovered: recovered(log) },
    ...{ retried: log.length - new Set(log.map(({ person }) => person)).size },
    delivered: model.people.filter(({ delivery }) => delivery === 'delivered').length,
  };
  if (Object.values(expected).some((n) => n > 0)) expect(sums).toEqual([expected]);
}

/** Whoever is open has a job, a time or a person that it waits for; these have none. */
function stuck(model: Model, waiting: Facts['waiting']): string[] {
  const { campaign: c } = model;
  if (model.isMoving() && !waiting.move) return ['the campaign, which is moved by nobody'];
  if (model.held && !waiting.probe) return ['the provider, which nobody asks'];
  return model.people.filter((person) => !waits(person)).map(({ address, status }) => `${address}, ${status} while ${c.status}`);

  function waits(person: Person): boolean {
    switch (person.status) {
      case 'pending':
        if (model.isMoving() || c.status === 'PAUSED' || c.status === 'FAILED' || c.status === 'PARTIALLY_SENT') return true;
        return c.status === 'SENDING' && (model.held || model.stopped || !model.home || waiting.chunk || c.stop !== null);
      case 'queued':
      case 'retrying':
        return (
          (model.isMoving() && c.status === 'CANCELLED') ||
          // Chosen, and kept apart until its campaign goes on.
          (person.status === 'queued' && c.doing === 'singles' && (waiting.move || !model.offersSingles())) ||
          waiting.sends[person.id] === person.seq ||
          (waiting.chunk && waiting.line[person.id] === person.seq)
        );
      case 'sending':
        return model.calls.some(({ attempt }) => attempt.id === person.attempt);
      default:
        return true;
    }
  }
}

export const byDefault = (model: Model) => (code: string) => retriedByDefault(code, model.campaign.policy);
