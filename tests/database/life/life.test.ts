import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allowedFrom, type Status, statuses, type Verb, verbs } from '#db/ledger/transitions.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { peoplesCommands } from './commands.ts';
import { bringHome, tidy } from './home.ts';
import { tours } from './tours.ts';
import { workersCommands } from './workers.ts';
import { begin } from './world.ts';

/*
 * The life of a campaign and its recipients against the real ledger, in whatever order things happen: after each command the model, the ledger,
 * its counters and the reports agree, nobody is stuck, nobody is lost, and nobody is sent to again who is known to have the message.
 *
 * LIFE_RUNS and LIFE_SEED change how many and which; to play one failure again: LIFE_SEED, LIFE_PATH and LIFE_REPLAY as it was printed.
 */

const RUNS = Number(process.env.LIFE_RUNS ?? 300);
const SEED = Number(process.env.LIFE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const { LIFE_PATH: path, LIFE_REPLAY: replayPath } = process.env;
/** Runs side by side, each in a database of its own: a provider's hold and the reconciler are everybody's. */
const LANES = path ? 1 : 4;
const [LEAST, MOST] = [60, 70];

/** A run is long; what is left of one that failed may be short. */
class Long<C extends Iterable<unknown>> extends fc.Arbitrary<C> {
  readonly #any: fc.Arbitrary<C>;
  constructor(any: fc.Arbitrary<C>) {
    super();
    this.#any = any;
  }
  override generate(mrng: fc.Random, bias: number | undefined): fc.Value<C> {
    for (;;) {
      const value = this.#any.generate(mrng, bias);
      if ([...value.value_].length >= LEAST) return value;
    }
  }
  override canShrinkWithoutContext(value: unknown): value is C {
    return this.#any.canShrinkWithoutContext(value);
  }
  override shrink(value: C, context: unknown): fc.Stream<fc.Value<C>> {
    return this.#any.shrink(value, context);
  }
}

const reached = new Set<string>();
const moved = new Set<string>();
const counted = { runs: 0, commands: 0, ms: 0 };

describe.concurrent('whatever happens', () => {
  for (let lane = 0; lane < LANES; lane++) {
    const seed = SEED + lane;
    const runs = Math.ceil(RUNS / LANES);
    test(`every recipient is accounted for, ${runs} runs, LIFE_SEED=${seed}`, { timeout: 600_000 }, async () => {
      const own = await createTestDatabase();
      await noteMoves(own);
      const beginnings = fc.record({
        channel: fc.constantFrom('email' as const, 'sms' as const),
        policy: fc.constantFrom('resend' as const, 'hold' as const),
        size: fc.integer({ min: 1, max: 6 }),
        workers: fc.integer({ min: 1, max: 2 }),
      });
      let failed = false;
      const all = [...workersCommands, ...peoplesCommands];
      const commands = new Long(fc.commands(all, { maxCommands: MOST, size: 'max', ...(replayPath && { replayPath }) }));
      const began = performance.now();
      try {
        await fc.assert(
          fc.asyncProperty(beginnings, commands, async (beginning, all) => {
            const { model, real } = await begin(own.db, beginning);
            try {
              await fc.asyncModelRun(() => ({ model, real }), all);
              if (!failed) {
                counted.commands += real.commands;
                counted.runs++;
              }
              await bringHome(model, real);
              for (const row of model.reached) reached.add(row);
            } catch (error) {
              failed = true; // what follows are shorter ones
              throw error;
            } finally {
              await tidy(real);
            }
          }),
          { numRuns: runs, seed, ...(path && { path }) },
        );
      } finally {
        counted.ms = Math.max(counted.ms, performance.now() - began);
        await takeNote(own);
        await own.drop();
      }
    });
  }
});

describe('on seldom taken ways', () => {
  let own: TestDatabase;
  beforeAll(async () => {
    own = await createTestDatabase();
    await noteMoves(own);
  });
  afterAll(async () => {
    await takeNote(own);
    await own.drop();
  });

  test.each(Object.entries(tours))('%s', async (_name, { channel = 'email', policy = 'resend', size = 1, workers = 1, commands }) => {
    const { model, real } = await begin(own.db, { channel, policy, size, workers });
    try {
      await fc.asyncModelRun(() => ({ model, real }), commands);
      await bringHome(model, real);
      for (const row of model.reached) reached.add(row);
    } finally {
      await tidy(real);
    }
  });
});

/** The database's own word for who became what. */
async function noteMoves({ db }: TestDatabase): Promise<void> {
  await db.pool.query(`
    create table seen_moves (pair text primary key);
    create function note_move() returns trigger language plpgsql as $$
    begin
      insert into seen_moves values (old.status || ' to ' || new.status) on conflict do nothing;
      return null;
    end $$;
    create trigger note_move after update on recipients for each row when (old.status <> new.status) execute function note_move()`);
}

async function takeNote({ db }: TestDatabase): Promise<void> {
  const { rows } = await db.pool.query<{ pair: string }>('select pair from seen_moves');
  for (const { pair } of rows) moved.add(pair);
}

const rows = Object.entries<Verb>(verbs).flatMap(([verb, { moves }]) =>
  Object.entries(moves).flatMap(([from, all]) => (all as Status[]).map((to) => `${verb}: ${from} to ${to}`)),
);

test('nobody became what the table of transitions does not have', () => {
  const allowed = statuses.flatMap((from) => allowedFrom(from).map((to) => `${from} to ${to}`));
  expect([...moved].filter((pair) => !allowed.includes(pair))).toEqual([]);
});

test.skipIf(path)('each row of the table was reached', () => {
  console.info(`${counted.runs} runs, ${counted.commands} commands, ${Math.round(counted.ms / 1_000)} s`);
  expect(rows.filter((row) => !reached.has(row))).toEqual([]);
});

test.skipIf(path)('the runs were long', () => {
  expect(counted.commands / counted.runs).toBeGreaterThanOrEqual(40);
});
