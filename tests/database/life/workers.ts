import fc from 'fast-check';
import { expect } from 'vitest';
import type { Logger } from '#app/config/log.server.ts';
import { holdProvider, probeProvider, releaseProvider, setRate } from '#app/domain/limits/provider-gates.server.ts';
import { confirmRestored, noteRestored } from '#app/domain/restored/ledger-home.server.ts';
import { commitOutcomes } from '#app/domain/sending/commit-outcomes.server.ts';
import { nextStep } from '#app/domain/sending/next-step.ts';
import { reconcile } from '#app/domain/workers/reconcile.server.ts';
import type { SendResult } from '#app/providers/provider.ts';
import { markDoubtful } from '#db/ledger/doubt.ts';
import { moveRecipients } from '#db/ledger/give-back.ts';
import type { Outcome } from '#db/ledger/settle.ts';
import { moveCampaignRecipients } from '#tasks/move-recipients.ts';
import { settleUnknownOutcomes } from '#tasks/settle-unknown.ts';
import { bury, chunk, chunkEnds, claim, noSlot, repeatClaim, worker, workerDies, workerOf } from './claims.ts';
import { type Command, command } from './commands.ts';
import type { Model } from './model.ts';
import type { Attempt, Call, Person } from './person.ts';
import { LATER_S, type World } from './world.ts';

export const move = (n: number, dies: boolean) =>
  command('move', { n, dies }, async (model, real) => {
    const job = await real.take(workerOf(real, n), ['move_recipients']);
    if (!job) return;
    if (dies) {
      await markDoubtful(real.db.pool, real.id);
      await moveRecipients(real.db.pool, real.id);
    } else {
      await moveCampaignRecipients(real.db)(job.key, {} as never);
    }
    model.doubt();
    model.giveBack();
    if (dies) return bury(model, real, n);
    model.finishMove();
    model.offerAgain();
    await real.done(job.id);
  });

const answers = ['accepted', 'transient', 'permanent', 'opted out', 'account', 'unknown', 'not called'] as const;
type Kind = (typeof answers)[number];

const resultOf = (kind: Exclude<Kind, 'not called'>): SendResult =>
  kind === 'accepted'
    ? { outcome: 'accepted', httpStatus: 202, providerMessageId: null }
    : {
        outcome: kind === 'opted out' ? 'permanent' : kind,
        failureCode: {
          ...{
            transient: 'provider_error',
            permanent: 'invalid_address',
            'opted out': 'opted_out',
            account: 'credentials',
            unknown: 'timeout',
          },
        }[kind],
        ...{ httpStatus: null, providerCode: null, reason: 'As the test says.', retryAfterS: LATER_S },
      };

/** The provider answers. @param took it has the message, whatever it says @param twice the COMMIT's answer was lost, and it is repeated */
export const answer = (which: number, said: Kind, took: boolean, twice: boolean) =>
  command(
    'answer',
    { which, said, took, twice },
    async (model, real) => {
      const known = model.calls.filter(({ unanswered }) => !unanswered);
      const call = known[which % known.length] as Call;
      const { attempt, probe, job, byJob } = call;
      // Who was not called is nobody that the provider tells of.
      const kind = said === 'not called' && attempt.told.length > 0 ? 'transient' : said;
      model.calls = model.calls.filter((one) => one !== call);
      const result = kind === 'not called' ? null : resultOf(kind === 'opted out' && real.channel === 'email' ? 'permanent' : kind);
      const step = result ? nextStep(result, attempt.number, LATER_S, probe) : ({ status: 'pending', delayS: null, refund: true } as const);
      const code = result && result.outcome !== 'accepted' ? result.failureCode : null;
      const outcome: Outcome = {
        ...{ campaignId: real.id, recipientId: attempt.person.id, attemptId: attempt.id, outcome: result?.outcome ?? null, byJob, ...step },
        ...{ failureCode: code, reason: code && 'As the test says.', httpStatus: null, providerCode: null, retryAfterS: null },
        providerMessageId: null,
      };
      const was = attempt.person.status;
      for (let times = twice ? 2 : 1; times > 0; times--) {
        await commitOutcomes(real.db, [outcome]);
        model.settle(attempt, { outcome: outcome.outcome, status: step.status, refund: step.refund, code });
      }
      attempt.took ||= kind === 'accepted' || ((kind === 'transient' || kind === 'unknown') && took);
      if (probe && result) await tellGate(model, real, result.outcome === 'transient' || result.outcome === 'unknown');
      if (step.status === 'retrying' && byJob) await real.failed(job);
      else await real.done(job);
      if (was === 'sending' && attempt.person.status === 'retrying') await retriedOnTime(real, attempt.person);
    },
    (model) => model.calls.some(({ unanswered }) => !unanswered),
  );

/** Whoever is retried has one job, which comes at its time and has a run for each attempt that is left. */
async function retriedOnTime(real: World, { id, seq, attempts }: Person): Promise<void> {
  const jobs = await real.query<{ left: number; onTime: boolean }>(
    `select j.max_attempts - j.attempts as left, j.run_at = r.next_attempt_at and j.locked_at is null as "onTime"
     from recipients r join graphile_worker._private_jobs j on (j.payload ->> 'recipient_id')::bigint = r.id and (j.payload ->> 'dispatch_seq')::integer = $3
     where r.campaign_id = $1 and r.id = $2`,
    [real.id, id, seq],
    'life_retry',
  );
  expect(jobs).toEqual([{ left: expect.any(Number), onTime: true }]);
  expect(jobs[0]?.left).toBeGreaterThanOrEqual(4 - attempts);
}

async function tellGate(model: Model, real: World, stillIll: boolean): Promise<void> {
  if (stillIll) await hold(real, true);
  else await releaseProvider(real.db.pool, real.channel);
  model.held = stillIll;
}

const hold = (real: World, renew: boolean) =>
  holdProvider(real.db.pool, real.channel, { seconds: LATER_S, reason: 'It is ill.', longestS: 3_600, renew });

const gates = ['hold', 'release', 'give up', 'stop', 'go on'] as const;
/** What becomes of the provider's gate: a person stops the channel and lets it go on, the rest is told by its answers. */
export const gate = (what: (typeof gates)[number]) =>
  command('gate', { what }, async (model, real) => {
    if (what === 'hold') {
      await hold(real, false);
      model.held = true;
    } else if (what === 'release') {
      await releaseProvider(real.db.pool, real.channel);
      model.held = false;
    } else if (what !== 'give up') {
      await setRate(real.db.pool, real.channel, what === 'stop' ? 0 : null);
      model.stopped = what === 'stop';
    } else if (model.held) {
      await real.query(`update provider_gates set held_since = now() - interval '2 hours' where channel = $1`, [real.channel]);
      await hold(real, true);
      if (model.campaign.status === 'SENDING') model.stop('provider_unavailable');
      model.held = false;
    }
  });

export const probe = () =>
  command(
    'probe',
    {},
    async (model, real) => {
      await real.query(`update provider_gates set hold_until = now() - interval '1 second' where channel = $1`, [real.channel]);
      const queued = () =>
        real.query<{ id: number; seq: number }>(
          `select id, dispatch_seq as seq from recipients where campaign_id = $1 and status = 'queued'`,
          [real.id],
        );
      const before = await queued();
      const probing = await probeProvider(real.db.pool, real.channel);
      const chosen = (await queued()).filter(({ id, seq }) => !before.some((one) => one.id === id && one.seq === seq));
      const { status, stop } = model.campaign;
      const singles = model.campaign.doing === 'singles' && model.count('queued') > 0;
      const somebodyWaits = status === 'SENDING' && !model.stopped && (singles || (stop === null && model.count('pending') > 0));
      expect([probing, chosen.length]).toEqual([somebodyWaits, somebodyWaits ? 1 : 0]);
      const person = model.people.find(({ id }) => id === chosen[0]?.id);
      if (person) model.offerProbe(person);
      else if (status !== 'SENDING' || model.count('queued') + model.count('sending') === 0) model.held = false;
    },
    (model) => model.held,
  );

/** What waits for its next attempt may have it. */
export const retriesDue = () =>
  command('retriesDue', {}, async (model, real) => {
    await real.query(`update recipients set next_attempt_at = now() where campaign_id = $1 and status = 'retrying'`, [real.id]);
    await real.query(
      `update graphile_worker._private_jobs set run_at = now() where run_at > now() and payload ->> 'recipient_id' is not null`,
    );
    model.pass(({ status }) => status === 'retrying', { due: true });
  });

/** The minute's look at what is unknown. @param old calls that ought to have ended long ago @param due no evidence came @param says does Twilio? */
export const settle = (old: boolean, due: boolean, says: boolean) =>
  command('settle', { old, due, says }, async (model, real) => {
    if (old) {
      await real.query(`update recipients set claimed_at = now() - interval '1 hour' where campaign_id = $1 and status = 'sending'`, [
        real.id,
      ]);
      for (const { attempt } of model.calls)
        if (attempt.person.attempt === attempt.id && attempt.person.status === 'sending') attempt.old = true;
      model.pass(({ status }) => status === 'sending');
    }
    if (due) {
      await real.query(`update recipients set unknown_until = now() where campaign_id = $1 and unknown_until is not null`, [real.id]);
      model.pass(({ status, held }) => status === 'unknown' && !held, { due: true });
    }
    const isThere = (id: number) => model.attempts.get(id)?.took ?? false;
    const lookUp = async ({ attemptId }: { attemptId: number }) =>
      !says
        ? { is: 'unanswered' as const }
        : isThere(attemptId)
          ? { is: 'found' as const, providerMessageId: `SM${attemptId}` }
          : { is: 'nothing' as const };
    const expected = settled(model, old, says);
    const env = { sendTimeoutMs: 10_000, unknownGraceS: LATER_S };
    await settleUnknownOutcomes(real.db, env, { lookUpText: real.channel === 'sms' ? (lookUp as never) : null })({}, {} as never);
    expected();
  });

function settled(model: Model, old: boolean, says: boolean): () => void {
  return () => {
    if (old) model.lapse(() => true);
    const attemptOf = (id: unknown) => model.attempts.get(id as number);
    const open = () => model.people.filter(({ status, due }) => status === 'unknown' && due);
    model.learn(open().flatMap(({ attempt }) => (attemptOf(attempt)?.told.length ? [attemptOf(attempt) as Attempt] : [])));
    if (model.channel === 'email') return model.conclude(open());
    const asked = open();
    const found = says ? asked.filter(({ attempt }) => attemptOf(attempt)?.took) : [];
    for (const { attempt } of found) {
      const there = attemptOf(attempt) as Attempt;
      model.settle(there, { outcome: 'accepted', status: 'sent', refund: false, code: null });
      there.told.push(null);
      model.learn([there]);
    }
    const patient = says ? [] : asked.filter(({ attempt }) => !attemptOf(attempt)?.old);
    model.postpone(patient);
    model.conclude(asked.filter((person) => !found.includes(person) && !patient.includes(person)));
  };
}

/** Jobs are gone: forgotten in a crash, or given up by Graphile. */
export const loseJobs = (task: 'send' | 'chunk' | 'move_recipients', dead: boolean) =>
  command('loseJobs', { task, dead }, async (_model, real) => {
    const [row] = await real.query<{ n: number }>(
      `with lost as (
         ${dead ? 'update graphile_worker._private_jobs j set attempts = max_attempts from' : 'delete from graphile_worker._private_jobs j using'}
           graphile_worker._private_tasks t
         where t.id = j.task_id and t.identifier ~ $1 and (j.payload ->> 'campaign_id')::bigint = $2 and j.locked_at is null and j.run_at <= now()
         returning j.id)
       select count(*)::integer as n from lost`,
      [{ send: '^send_[a-z]+$', chunk: '_chunk$', move_recipients: '^move_recipients$' }[task], real.id],
    );
    if (row?.n) real.jobsLost = true;
  });

const quiet = { warn() {}, info() {}, error() {}, debug() {} } as unknown as Logger;

/** A minute in which nothing happened, and the reconciler. It mends what a test took away, and otherwise finds nothing. */
export const reconciled = () =>
  command('reconcile', {}, async (model, real) => {
    await real.query(
      `update recipients set changed_at = changed_at - interval '1 minute',
         next_attempt_at = case when next_attempt_at <= now() then next_attempt_at - interval '1 minute' else next_attempt_at end
       where campaign_id = $1`,
      [real.id],
    );
    model.pass(() => true);
    const jobs = await real.query<{ id: number; seq: number; task: string }>(
      `select (j.payload ->> 'recipient_id')::bigint as id, (j.payload ->> 'dispatch_seq')::integer as seq, t.identifier as task
       from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
       where (j.payload ->> 'campaign_id')::bigint = $1 and (j.attempts < j.max_attempts or j.locked_at is not null)
       union all select recipient_id, dispatch_seq, 'rate_line' from rate_line where campaign_id = $1`,
      [real.id],
    );
    const moves = jobs.some(({ task }) => task === 'move_recipients');
    const repairs = await reconcile(real.db, quiet);
    const open = model.campaign.status === 'SENDING' || model.campaign.status === 'PAUSED';
    const singlesHaveJobs = model.campaign.doing !== 'singles' || (model.offersSingles() && !moves);
    model.renew(
      model.people.filter(
        ({ id, seq, status, due }) =>
          open &&
          ((status === 'queued' && singlesHaveJobs) || (status === 'retrying' && due)) &&
          !jobs.some((job) => job.id === id && job.seq === seq),
      ),
    );
    const mended = real.jobsLost ? repairs.filter(({ kind }) => !['job_missing', 'job_dead', 'dispatch_missing'].includes(kind)) : repairs;
    expect(mended).toEqual([]);
    // What follows a move is looked for once it is done; and who leaves is not known to do nothing more.
    real.jobsLost &&= model.isMoving() || [...real.turns.values()].some(({ next }) => next === 'leave');
  });

export const restore = () =>
  command(
    'restore',
    {},
    async (model, real) => {
      await noteRestored(real.db.pool, 'told', null);
      model.restore();
    },
    ({ home }) => home,
  );

export const confirm = () =>
  command(
    'confirm',
    {},
    async (model, real) => {
      expect(await confirmRestored(real.db.pool, 'Ana')).toBe(true);
      model.home = true;
    },
    ({ home }) => !home,
  );

/** A while in which everything works: what is asked for is moved and offered, everybody who may be is claimed and answered. */
export const shift = (said: readonly Kind[]) =>
  command('shift', { said }, async (model, real) => {
    await move(0, false).act(model, real);
    for (const kind of said) {
      const open = model.calls.length;
      await chunk(0, 1, 'makes room').act(model, real);
      if (model.calls.length === open) await claim(0, 0, false).act(model, real);
      if (model.calls.length > open) await answer(open, kind, false, false).act(model, real);
    }
  });

const often = <T>(arbitrary: T, times: number): T[] => Array.from({ length: times }, () => arbitrary);
const kinds = fc.constantFrom<Kind>(...answers, ...(['accepted', 'transient', 'permanent', 'unknown'] as const));
const someAnswer = fc.tuple(fc.nat(5), kinds, fc.boolean(), fc.boolean());
const rarely = fc.nat(4).map((n) => n === 0);

export const workersCommands: fc.Arbitrary<Command>[] = [
  ...often(
    fc.tuple(worker, fc.nat(5), rarely).map((given) => claim(...given)),
    5,
  ),
  ...often(
    someAnswer.map((given) => answer(...given)),
    5,
  ),
  ...often(fc.array(kinds, { minLength: 1, maxLength: 6 }).map(shift), 6),
  ...often(
    fc
      .tuple(worker, fc.integer({ min: 1, max: 4 }), fc.constantFrom(...chunkEnds, ...chunkEnds.slice(0, 2)))
      .map((given) => chunk(...given)),
    5,
  ),
  ...often(
    fc.tuple(worker, rarely).map((given) => move(...given)),
    3,
  ),
  ...often(fc.nat(3).map(repeatClaim), 3),
  fc.tuple(worker, fc.nat(5)).map((given) => noSlot(...given)),
  worker.map(workerDies),
  ...often(fc.constantFrom(...gates, 'hold' as const, 'go on' as const).map(gate), 2),
  ...often(fc.constant(null).map(probe), 2),
  ...often(fc.constant(null).map(retriesDue), 4),
  ...often(
    fc.tuple(rarely, fc.boolean(), fc.boolean()).map((given) => settle(...given)),
    3,
  ),
  fc.tuple(fc.constantFrom('send' as const, 'chunk' as const, 'move_recipients' as const), fc.boolean()).map((given) => loseJobs(...given)),
  fc.constant(null).map(reconciled),
  fc.nat(3).chain((n) => (n === 0 ? fc.constant(null).map(restore) : fc.constant(null).map(confirm))),
];
