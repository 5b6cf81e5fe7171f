import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { heavyRead } from '#app/domain/heavy-reads.server.ts';
import type { Database } from '#db/database.ts';

/** A pool of six connections: two of them are for heavy reads. */
const pool = () => ({ pool: { options: { max: 6 } } }) as Database;

/** A read that ends when it is told to. */
function held(log: string[], name: string) {
  let end = () => {};
  const read = () =>
    new Promise<string>((resolve) => {
      log.push(name);
      end = () => resolve(name);
    });
  return { read, end: () => end() };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a third of the connections at most is for heavy reads; who comes later waits for a place', async () => {
  const db = pool();
  const log: string[] = [];
  const [ana, bea, cy] = [held(log, 'ana'), held(log, 'bea'), held(log, 'cy')];
  const reads = [ana, bea, cy].map(({ read }) => heavyRead(db, read));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(log).toEqual(['ana', 'bea']);
  ana.end();
  await vi.advanceTimersByTimeAsync(0);
  expect(log).toEqual(['ana', 'bea', 'cy']);
  bea.end();
  cy.end();
  expect(await Promise.all(reads)).toEqual(['ana', 'bea', 'cy']);
});

test('who waits ten seconds is told to come again, and is not read for later', async () => {
  const db = pool();
  const log: string[] = [];
  const [ana, bea, cy] = [held(log, 'ana'), held(log, 'bea'), held(log, 'cy')];
  const reads = [ana, bea].map(({ read }) => heavyRead(db, read));
  const refused = expect(heavyRead(db, cy.read)).rejects.toMatchObject({ status: 503, code: 'unavailable' });
  await vi.advanceTimersByTimeAsync(10_000);
  await refused;
  ana.end();
  bea.end();
  await Promise.all(reads);
  expect(await heavyRead(db, async () => 'free')).toBe('free');
  expect(log).toEqual(['ana', 'bea']);
});

test('of a crowd those who would wait behind three hundred are told at once', async () => {
  const db = pool();
  const crowd = Array.from({ length: 302 }, () => held([], ''));
  const reads = crowd.map(({ read }) => heavyRead(db, read).catch((error: unknown) => error));
  await vi.advanceTimersByTimeAsync(0);
  await expect(heavyRead(db, async () => 'late')).rejects.toMatchObject({ status: 503 });
  await vi.advanceTimersByTimeAsync(10_000);
  for (const { end } of crowd) end();
  await Promise.all(reads);
});

test('a read that fails gives its place back', async () => {
  const db = pool();
  for (let tries = 0; tries < 3; tries++) {
    await expect(heavyRead(db, () => Promise.reject(new Error('the database is away')))).rejects.toThrow('away');
  }
  expect(await heavyRead(db, async () => 'free')).toBe('free');
});
