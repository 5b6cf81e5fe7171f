import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBreaker, holdS, type Trip } from '#app/domain/sending/breaker.ts';

/** Notes `count` calls at even distance over `spanMs`, and says what tripped. */
function run(
  count: number,
  spanMs: number,
  call: (i: number) => { rateLimited?: boolean; transient?: boolean; recipientId?: number },
): Trip[] {
  const breaker = createBreaker();
  const trips: Trip[] = [];
  for (let i = 0; i < count; i++) {
    const { rateLimited = false, transient = rateLimited, recipientId = i } = call(i);
    const trip = breaker.note({ atMs: (i * spanMs) / count, recipientIds: [recipientId], rateLimited, transient });
    if (trip) trips.push(trip);
  }
  return trips;
}

describe('the breaker', () => {
  test('takes half of the last 100 answers being 429 for a storm', () => {
    expect(run(100, 1_000, (i) => ({ rateLimited: i % 2 === 0 }))).toEqual(['storm']);
    expect(run(300, 1_000, (i) => ({ rateLimited: i % 3 === 0 }))).toEqual([]);
  });

  test('takes 90 % transient over 200 recipients and 10 s for an outage', () => {
    expect(run(250, 12_000, (i) => ({ transient: i % 20 !== 0 }))).toEqual(['outage']);
  });

  test('does not count what was on its way when it tripped against the first answers after the hold', () => {
    const breaker = createBreaker();
    const note = (atMs: number, rateLimited: boolean) => breaker.note({ atMs, recipientIds: [atMs], rateLimited, transient: rateLimited });
    expect(Array.from({ length: 160 }, (_, i) => note(i, true)).filter(Boolean)).toEqual(['storm']);
    expect(Array.from({ length: 100 }, (_, i) => note(5_200 + i, false)).filter(Boolean)).toEqual([]);
  });

  test('counts everybody who shared a call, and the call once', () => {
    const breaker = createBreaker();
    const shared = (i: number) => Array.from({ length: 50 }, (_, n) => i * 50 + n);
    const note = (i: number, rateLimited: boolean) =>
      breaker.note({ atMs: i * 1_000, recipientIds: shared(i), rateLimited, transient: true });
    expect(Array.from({ length: 11 }, (_, i) => note(i, i < 10))).toEqual([...Array(10).fill(null), 'outage']);
  });

  test.each([
    ['too few recipients', 190, 12_000, () => ({ transient: true })],
    ['too short a time', 400, 5_000, () => ({ transient: true })],
    ['too many that went through', 400, 12_000, (i: number) => ({ transient: i % 5 !== 0 })],
    ['the same recipients again and again', 400, 12_000, (i: number) => ({ transient: true, recipientId: i % 50 })],
  ])('does not trip on %s', (_, count, spanMs, call) => {
    expect(run(count, spanMs, call)).toEqual([]);
  });

  test('never trips at a failure rate of 10 %', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 300, maxLength: 600 }), (draws) => {
        expect(
          run(draws.length, 60_000, (i) => ({ transient: draws[i] === 0 && i % 2 === 0, rateLimited: draws[i] === 0 && i % 2 === 1 })),
        ).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

test('a hold grows to a minute, or as long as the provider asks', () => {
  expect([0, 1, 2, 3, 4, 9].map((times) => holdS(times, null))).toEqual([5, 10, 20, 40, 60, 60]);
  expect(holdS(0, 120)).toBe(120);
  expect(holdS(0, 100_000)).toBe(900);
});
