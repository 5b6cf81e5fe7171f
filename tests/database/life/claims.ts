import fc from 'fast-check';
import { expect } from 'vitest';
import { chunkAgain } from '#app/domain/sending/turns.server.ts';
import { buryWorker } from '#app/domain/workers/bury-worker.server.ts';
import type { Claim } from '#db/ledger/claim.ts';
import { claimChunk, endChunks, reclaimChunk } from '#db/ledger/claim-chunk.ts';
import { claimLine, joinLine } from '#db/ledger/rate-line.ts';
import { command } from './commands.ts';
import type { Model } from './model.ts';
import type { Attempt, Call } from './person.ts';
import { LATER_S, type Turn, type Worker, type World } from './world.ts';

export const workerOf = (real: World, n: number) => real.workers[n % real.workers.length] as Worker;
export const worker = fc.nat(1);

// First sends.

export const chunkEnds = ['makes room', 'goes on', 'loses the answer', 'dies'] as const;
type ChunkEnd = (typeof chunkEnds)[number];

const lostOf = (model: Model, worker: number) => model.calls.filter((call) => call.unanswered && call.worker === worker);

/**
 * A worker takes a chunk job, or goes on with the one that it has, and claims the next of the list.
 *
 * @param then it makes room for others behind the claim, or is done at the list's end; keeps the job, and each of its steps is a command; does not
 *   know whom it has claimed; dies
 */
export const chunk = (n: number, count: number, then: ChunkEnd) =>
  command('chunk', { n, count, then }, async (model, real) => {
    const mine = workerOf(real, n);
    const turn = real.turns.get(mine.id) ?? (await takeChunk(real, mine));
    if (!turn) return;
    // Nothing else comes before what it may have claimed.
    if (lostOf(model, mine.id).some(({ chunk }) => chunk)) return reclaim(model, real, mine.id);
    await step(model, real, mine, turn, count, then === 'loses the answer');
    if (then === 'dies') return bury(model, real, n);
    if (then === 'goes on' || lostOf(model, mine.id).some(({ chunk }) => chunk)) return;
    if (turn.next === 'end') await step(model, real, mine, turn, count, false);
    if (turn.next === 'claim') await chunkAgain(real.db.pool, real.channel, turn.key, 0);
    await leave(real, mine, turn);
  });

async function takeChunk(real: World, mine: Worker): Promise<Turn | undefined> {
  const job = await real.take(mine, ['send_email_chunk', 'send_sms_chunk']);
  if (!job) return;
  const { campaign_id, place } = job.key as unknown as Turn['key'];
  const turn: Turn = { job: job.id, key: { campaign_id, place }, after: 0, next: 'claim' };
  real.turns.set(mine.id, turn);
  return turn;
}

async function leave(real: World, mine: Worker, turn: Turn): Promise<void> {
  real.turns.delete(mine.id);
  await real.done(turn.job);
}

/** What the loop of chunks.server.ts does between two waits. */
async function step(model: Model, real: World, mine: Worker, turn: Turn, count: number, lost: boolean): Promise<void> {
  if (turn.next === 'leave') return leave(real, mine, turn);
  if (turn.next === 'end') {
    const ended = await endChunks(real.db.pool, real.id);
    expect(ended).toBe((await lineOf(real)).length === 0 && !(model.offers() && model.count('pending') > 0));
    turn.next = ended ? 'leave' : 'claim';
    return;
  }
  const before = new Map(model.people.map(({ id, attempt }) => [id, model.attempts.get(attempt as number)]));
  const line = await lineOf(real);
  if (line.length > 0) {
    const sends = model.sends() && !model.held;
    const { claims, taken } = await claimLine(real.db.pool, { campaignId: real.id, count, workerId: mine.id });
    const gone = sends ? line.slice(0, count) : line;
    expect(taken).toBe(gone.length);
    const sending = gone.flatMap(({ id, seq }) => {
      const person = model.people.find((one) => one.id === id) as Attempt['person'];
      return model.claim(person, { seq, probe: false, worker: mine.id, repeated: false }) ? [person] : [];
    });
    expect(claims.map(({ recipientId, number }) => ({ id: recipientId, attempts: number }))).toEqual(
      sending.map(({ id, attempts }) => ({ id, attempts })),
    );
    return called(claims, sending);
  }
  const chunk = await claimChunk(real.db.pool, { campaignId: real.id, after: turn.after, count, workerId: mine.id });
  const sends = model.offers();
  const { sending, taken } = model.claimChunk(turn.after, count, mine.id);
  const claims = chunk.claims.toSorted((a, b) => a.recipientId - b.recipientId);
  expect({ ...chunk, claims }).toEqual({
    ...{ taken: taken.length, last: taken.at(-1)?.id ?? turn.after, sends },
    claims: sending.map(({ id, address, round, attempts }) =>
      expect.objectContaining({ campaignId: real.id, recipientId: id, address, round, number: attempts }),
    ),
  });
  called(claims, sending);
  // Whoever does not know what it took does not go on behind it.
  if (claims.length > 0 && lost) return;
  if (!sends) turn.next = 'end';
  else if (taken.length === count) turn.after = chunk.last;
  else if (turn.after > 0) turn.after = 0;
  else if (taken.length === 0) turn.next = 'end';

  function called(claims: readonly Claim[], sending: Attempt['person'][]): void {
    for (const [i, claimed] of claims.entries()) {
      sentOnce(model, claimed, before.get(claimed.recipientId));
      const attempt = model.begin(sending[i] as Attempt['person'], claimed.attemptId);
      model.calls.push({ attempt, worker: mine.id, job: null, byJob: false, chunk: true, seq: 0, probe: false, unanswered: lost });
    }
  }
}

/** Who waits for a slot of the rate. */
const lineOf = (real: World) =>
  real.query<{ id: number; seq: number }>(
    'select recipient_id as id, dispatch_seq as seq from rate_line where campaign_id = $1 order by recipient_id',
    [real.id],
    'life_line',
  );

/** The worker asks for whom it has claimed and does not know of; those of its send jobs are among them. */
async function reclaim(model: Model, real: World, worker: number): Promise<void> {
  const held = model.calls.filter((call) => call.worker === worker && !call.unanswered).map(({ attempt }) => attempt.id);
  const whom = model.people.filter(
    ({ status, claimedBy, attempt }) => status === 'sending' && claimedBy === worker && !held.includes(attempt as number),
  );
  const found = await reclaimChunk(real.db.pool, { campaignId: real.id, workerId: worker, isHeld: (id) => held.includes(id) });
  // Those who may not be sent to by now are given back.
  const mine = whom.filter((person) => model.claim(person, { seq: person.seq, probe: false, worker, repeated: true }));
  expect(found.map(({ recipientId, attemptId }) => ({ recipientId, attemptId })).sort((a, b) => a.recipientId - b.recipientId)).toEqual(
    mine.map(({ id, attempt }) => ({ recipientId: id, attemptId: attempt })),
  );
  const lost = lostOf(model, worker);
  for (const person of whom) {
    const call = lost.find(({ attempt }) => attempt.person === person);
    if (!call) throw new Error(`nobody had claimed ${person.address}`);
    // Its job finds that it is held already, or nothing to send, and is done.
    await real.done(call.job);
    if (mine.includes(person)) Object.assign(call, { unanswered: false, job: null, byJob: false });
    else model.calls = model.calls.filter((one) => one !== call);
  }
  model.calls = model.calls.filter((call) => !(call.unanswered && call.chunk && call.worker === worker));
}

// Those who have a job of their own.

const sends = ['send_email', 'send_sms'];

/** A worker takes a job and claims its recipient. @param lost the answer: the worker does not know whether it has it */
export const claim = (n: number, which: number, lost: boolean) =>
  command('claim', { n, which, lost }, async (model, real) => {
    const mine = workerOf(real, n);
    const job = await real.take(mine, sends, which);
    if (!job) return;
    const person = model.people.find(({ id }) => id === job.key.recipient_id);
    if (!person) throw new Error('a job of somebody else');
    const [seq, probe] = [job.key.dispatch_seq, job.key.probe ?? false];
    const before = model.attempts.get(person.attempt as number);
    const claimed = await real.claim(job, mine);
    expect(claimed !== null).toBe(model.claim(person, { seq, probe, worker: mine.id, repeated: false }));
    if (!claimed) return real.done(job.id);
    expect(claimed).toMatchObject({ address: person.address, round: person.round, number: person.attempts });
    sentOnce(model, claimed, before);
    const attempt = model.begin(person, claimed.attemptId);
    model.calls.push({ attempt, worker: mine.id, job: job.id, byJob: true, chunk: false, seq, probe, unanswered: lost });
  });

/** A job that finds no slot of the shared rate: whoever waits for it stands in the line of their campaign. A probe needs none. */
export const noSlot = (n: number, which: number) =>
  command('noSlot', { n, which }, async (model, real) => {
    const job = await real.take(workerOf(real, n), sends, which);
    if (!job) return;
    if (job.key.probe) return real.failed(job.id);
    await joinLine(real.db.pool, [job.key]);
    await real.done(job.id);
    const { recipient_id: id, dispatch_seq: seq } = job.key;
    const waits = model.people.some((one) => one.id === id && one.seq === seq && (one.status === 'queued' || one.status === 'retrying'));
    const open = model.campaign.status === 'SENDING' || model.campaign.status === 'PAUSED';
    expect((await lineOf(real)).some((one) => one.id === id && one.seq === seq)).toBe(waits && open);
  });

/** Nobody is sent to again in a round in which the ledger knows that they have the message. */
function sentOnce(model: Model, { recipientId, round }: Claim, before: Attempt | undefined): void {
  const earlier = [...model.attempts.values()].filter(({ person, round: of }) => person.id === recipientId && of === round);
  expect(earlier.filter(({ outcome }) => outcome === 'accepted')).toEqual([]);
  const known = before?.round === round && before.told.length > 0 && !(model.channel === 'sms' && before.told.includes('undelivered'));
  expect(known).toBe(false);
}

export const repeatClaim = (which: number) =>
  command(
    'repeatClaim',
    { which },
    async (model, real) => {
      const lost = model.calls.filter(({ unanswered }) => unanswered);
      const call = lost[which % lost.length] as Call;
      const { attempt, seq, probe } = call;
      if (call.chunk) return reclaim(model, real, call.worker);
      const key = { campaign_id: real.id, recipient_id: attempt.person.id, dispatch_seq: seq, probe };
      const claimed = await real.claim({ key }, { id: call.worker, pool: '' }, true);
      expect(claimed !== null).toBe(model.claim(attempt.person, { seq, probe, worker: call.worker, repeated: true }));
      call.unanswered = false;
      if (claimed) return expect(claimed.attemptId).toBe(attempt.id);
      model.calls = model.calls.filter((one) => one !== call);
      await real.done(call.job);
    },
    (model) => model.calls.some(({ unanswered }) => unanswered),
  );

// Death.

export async function bury(model: Model, real: World, n: number): Promise<void> {
  const { id } = workerOf(real, n);
  await buryWorker(real.db, id, LATER_S);
  model.lapse(({ claimedBy }) => claimedBy === id);
  real.turns.delete(id);
  // What it called may still be answered: it may have been frozen only.
  model.calls = model.calls
    .filter((call) => call.worker !== id || !call.unanswered)
    .map((call) => (call.worker === id ? { ...call, job: null } : call));
  real.workers[n % real.workers.length] = await real.newWorker();
}

export const workerDies = (n: number) => command('workerDies', { n }, (model, real) => bury(model, real, n));
