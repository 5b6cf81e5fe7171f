import { expect, test } from 'vitest';
import { createPasswordChecks } from '#app/domain/access/password-checks.ts';

/** Work that ends when it is told to. */
function held(log: string[], name: string) {
  let end = () => {};
  const work = () =>
    new Promise<string>((resolve) => {
      log.push(name);
      end = () => resolve(name);
    });
  return { work, end: () => end() };
}

test('a flood waits in a short queue, and browsers that are known come first', async () => {
  const checks = createPasswordChecks({ atOnce: 1, forOthers: 1, waiting: 2, knownWaiting: 1 });
  const log: string[] = [];
  const [first, guess, other, ana] = [held(log, 'first'), held(log, 'guess'), held(log, 'other'), held(log, 'ana')];
  const done = [checks.run(false, first.work), checks.run(false, guess.work), checks.run(false, other.work)];
  expect([checks.isFull(false), checks.isFull(true)]).toEqual([true, false]);
  expect(checks.run(false, async () => 'too many')).toBeNull();
  done.push(checks.run(true, ana.work));
  expect(checks.run(true, async () => 'too many')).toBeNull();
  for (const one of [first, ana, guess, other]) {
    await Promise.resolve();
    one.end();
    await new Promise(setImmediate);
  }
  expect(await Promise.all(done)).toEqual(['first', 'guess', 'other', 'ana']);
  expect(log).toEqual(['first', 'ana', 'guess', 'other']);
});

test('work that fails gives its place back', async () => {
  const checks = createPasswordChecks({ atOnce: 1, forOthers: 1, waiting: 0, knownWaiting: 0 });
  await expect(checks.run(false, () => Promise.reject(new Error('the database is away')))).rejects.toThrow('away');
  expect(await checks.run(false, async () => 'free')).toBe('free');
});

test('strangers leave a place to browsers that are known', async () => {
  const checks = createPasswordChecks({ atOnce: 2, forOthers: 1, waiting: 1, knownWaiting: 1 });
  const log: string[] = [];
  const [guess, more, ana, bea] = [held(log, 'guess'), held(log, 'more'), held(log, 'ana'), held(log, 'bea')];
  const done = [checks.run(false, guess.work), checks.run(false, more.work)];
  expect([checks.isFull(false), checks.isFull(true)]).toEqual([true, false]);
  done.push(checks.run(true, ana.work), checks.run(true, bea.work));
  expect([log, checks.isFull(true)]).toEqual([['guess', 'ana'], true]);
  for (const one of [guess, bea, ana, more]) {
    one.end();
    await new Promise(setImmediate);
  }
  expect(await Promise.all(done)).toEqual(['guess', 'more', 'ana', 'bea']);
  expect(log).toEqual(['guess', 'ana', 'bea', 'more']);
});
