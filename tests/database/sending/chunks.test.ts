import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createChunks } from '#app/domain/sending/chunks.server.ts';
import { createPlaces } from '#app/domain/sending/places.ts';
import { requestAllChunks } from '#db/ledger/claim-chunk.ts';
import { joinLine } from '#db/ledger/rate-line.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

/*
 * A campaign's turns with chunks, on the real ledger, beside a gate whose rate and a clock whose time the test says.
 */

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const PEOPLE = 6;
const pass = (ms: number) => vi.advanceTimersByTime(ms);

async function begin() {
  const id = await draftCampaign(own.db, { addresses: numbered(PEOPLE) });
  await own.db.pool.query(
    `update campaigns set status = 'SENDING', doing = 'sending', started_at = now(), dispatch_requested = true where id = $1`,
    [id],
  );
  const { rows } = await own.db.pool.query<{ id: number }>('select id from recipients where campaign_id = $1 order by id', [id]);
  const stopping = new AbortController();
  const sent: number[] = [];
  const asked: number[] = [];
  const world = {
    ...{ id, sent, asked, stopping, everyMs: 0, workers: Number.POSITIVE_INFINITY, trouble: null as Error | null },
    /** In order of the list: 1, 2, 3 … */
    place: (recipientId: number) => rows.findIndex((row) => row.id === recipientId) + 1,
    onSent: async (_place: number) => {},
  };
  const places = createPlaces(2, stopping.signal);
  const turn = createChunks({
    ...{ db: own.db, channel: 'email', size: 200, together: 1, places, claimValidMs: 60_000_000, held: new Set<number>() },
    ...{ stopping: stopping.signal, signal: stopping.signal, hold: () => {}, onRepeat: () => {} },
    gate: {
      slots: async (most) => {
        asked.push(most);
        return { count: most, inMs: 0 };
      },
      everyMs: async () => world.everyMs,
      places: async () => world.workers,
    },
    mayClaim: async () => 1,
    knownAttempt: () => 0,
    prepare: async () => {
      if (world.trouble) throw world.trouble;
    },
    deliver: async ({ recipientId }) => {
      sent.push(world.place(recipientId));
      await world.onSent(world.place(recipientId));
    },
  });
  /** A turn, and what is in flight when it ends. */
  const run = async (...of: Parameters<typeof turn>) => {
    await turn(...of);
    await places.idle();
  };
  const next = async () => {
    const { rows: jobs } = await own.db.pool.query<{ inS: number; slots: number | null }>(
      `select extract(epoch from run_at - clock_timestamp())::float8 as "inS", (payload ->> 'slots')::integer as slots
       from graphile_worker._private_jobs where key = $1`,
      [`chunk:${id}:1`],
    );
    return jobs;
  };
  return Object.assign(world, { run, next });
}

const calm = { crowded: () => false, lateMs: 0 };
const crowded = { ...calm, crowded: () => true };

test('slots that come in time are used, before any other is asked for', async () => {
  const world = await begin();
  world.everyMs = 1;
  await world.run({ campaign_id: world.id, place: 1, slots: PEOPLE }, calm);
  expect(world.sent).toHaveLength(PEOPLE);
  expect(world.asked).toEqual([]);
});

test.each([
  ['that came too late, with their job', 0, async () => ({ ...calm, lateMs: 1_001 })],
  [
    'of another rate',
    2,
    async (world: Awaited<ReturnType<typeof begin>>) => {
      world.onSent = async () => {
        world.everyMs = 2;
      };
      return calm;
    },
  ],
  [
    'that were waited for too long',
    2,
    async (world: Awaited<ReturnType<typeof begin>>) => {
      world.onSent = async (place) => {
        if (place === 2) pass(1_500);
      };
      return calm;
    },
  ],
])('slots %s are void, and others are taken', async (_what, before, turn) => {
  const world = await begin();
  world.everyMs = 1;
  await world.run({ campaign_id: world.id, place: 1, slots: PEOPLE }, await turn(world));
  expect(world.asked[0]).toBeGreaterThanOrEqual(PEOPLE - before - 2);
  expect(world.sent.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a crowded turn ends after a second, and the next goes on where it was in the list', async () => {
  const world = await begin();
  const give = (place: number) =>
    own.db.pool.query(
      `update recipients set status = 'pending', claimed_at = null, claimed_by = null
       where id = (select id from recipients where campaign_id = $1 order by id offset $2 limit 1)`,
      [world.id, place - 1],
    );
  let given: Promise<unknown> | undefined;
  world.onSent = async (place) => {
    if (place !== 2) return;
    pass(1_001);
    given = give(1);
  };
  await world.run({ campaign_id: world.id, place: 1 }, crowded);
  await given;
  const first = world.sent.splice(0);
  expect(first.length).toBeLessThan(PEOPLE);
  expect(await world.next()).toEqual([{ inS: expect.any(Number), slots: null }]);
  await world.run({ campaign_id: world.id, place: 1 }, calm);
  // Who waits again before its place comes at the end.
  expect(world.sent.at(-1)).toBe(1);
  expect([...first, ...world.sent].toSorted()).toEqual([1, 1, 2, 3, 4, 5, 6]);
});

test('a turn ends after ten minutes, though nobody waits for its place', async () => {
  const world = await begin();
  world.onSent = async (place) => {
    if (place === 2) pass(600_001);
  };
  await world.run({ campaign_id: world.id, place: 1 }, calm);
  expect(world.sent.length).toBeLessThan(PEOPLE);
  expect(await world.next()).toHaveLength(1);
});

test('after trouble of the database it comes again soon, and after any other it fails as a job does', async () => {
  const world = await begin();
  world.trouble = Object.assign(new Error('terminating connection'), { code: '57P01' });
  await world.run({ campaign_id: world.id, place: 1 }, calm);
  const [again] = await world.next();
  expect(again?.inS).toBeGreaterThan(0);
  expect(again?.inS).toBeLessThanOrEqual(1.5);
  world.trouble = new Error('something else');
  await expect(world.run({ campaign_id: world.id, place: 1 }, calm)).rejects.toThrow('something else');
  expect(world.sent).toEqual([]);
});

test('a rate too low for so many workers is left to the first of them', async () => {
  const world = await begin();
  Object.assign(world, { everyMs: 1_000, workers: 1 });
  await world.run({ campaign_id: world.id, place: 2 }, calm);
  expect([world.sent, world.asked]).toEqual([[], []]);
});

test('whoever waits in the line goes first, and needs slots as all do', async () => {
  const world = await begin();
  const { rows } = await own.db.pool.query<{ campaign_id: number; recipient_id: number; dispatch_seq: number }>(
    `update recipients set status = 'queued', dispatch_seq = dispatch_seq + 1
     where id = (select max(id) from recipients where campaign_id = $1) returning campaign_id, id as recipient_id, dispatch_seq`,
    [world.id],
  );
  await joinLine(own.db.pool, rows);
  world.everyMs = 1;
  await world.run({ campaign_id: world.id, place: 1 }, calm);
  expect(world.sent[0]).toBe(6);
  expect(world.sent.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(world.asked[0]).toBe(PEOPLE);
});

test('a worker that starts takes away what a web process of the version before still asks for', async () => {
  await own.db.pool.query(`select graphile_worker.add_job('dispatch_campaign', '{"campaign_id": 1}')`);
  await requestAllChunks(own.db.pool);
  const { rows } = await own.db.pool.query(`select from graphile_worker.jobs where task_identifier = 'dispatch_campaign'`);
  expect(rows).toEqual([]);
});
