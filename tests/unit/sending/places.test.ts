import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPlaces } from '#app/domain/sending/places.ts';

/** Outcomes that may wait for their commit beyond the places. */
const BEYOND = 200;

function open(size: number) {
  const closed = new AbortController();
  return { places: createPlaces(size, closed.signal), close: () => closed.abort() };
}

/** What a promise has come to by now. */
async function now<T>(promise: Promise<T>): Promise<T | 'waits'> {
  return Promise.race([promise, turn().then(() => 'waits' as const)]);
}

describe('places of messages in flight', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('gives as many as there are, and no more until one is answered', async () => {
    const { places } = open(4);
    expect(await places.take(10)).toBe(4);
    const more = places.take(10);
    expect(await now(more)).toBe('waits');
    places.seat().answered();
    expect(await now(more)).toBe(1);
  });

  it('takes an answer once, however often it is told', async () => {
    const { places } = open(4);
    await places.take(4);
    const seat = places.seat();
    seat.answered();
    seat.answered();
    seat.leave();
    expect(await now(places.take(4))).toBe(1);
    expect(await now(places.take(4))).toBe('waits');
  });

  it('waits for the ledger where too many answers are not committed yet', async () => {
    const { places } = open(4);
    const answered = [];
    for (let i = 0; i < 4 + BEYOND; i++) {
      await places.takeOne();
      const seat = places.seat();
      seat.answered();
      answered.push(seat);
    }
    const next = places.takeOne();
    expect(await now(next)).toBe('waits');
    answered[0]?.leave();
    expect(await now(next)).toBeUndefined();
  });

  it('is idle only when every outcome is committed', async () => {
    const { places } = open(2);
    await places.take(2);
    const seat = places.seat();
    seat.answered();
    places.give(1);
    const idle = places.idle();
    expect(await now(idle)).toBe('waits');
    seat.leave();
    expect(await now(idle)).toBeUndefined();
  });

  it('lets a single one before those who take many', async () => {
    const { places } = open(1);
    await places.takeOne();
    const many = places.take(1);
    const one = places.takeOne();
    places.give(1);
    expect(await now(one)).toBeUndefined();
    expect(await now(many)).toBe('waits');
  });

  it('waits a moment for company, then makes do with few', async () => {
    const { places } = open(8);
    await places.take(8);
    const next = places.take(8);
    places.give(1);
    expect(await now(next)).toBe('waits');
    await vi.advanceTimersByTimeAsync(5);
    expect(await now(next)).toBe(1);
  });

  it('lets nobody wait who takes many once it is closed', async () => {
    const { places, close } = open(1);
    await places.takeOne();
    const waiting = places.take(1);
    close();
    expect(await waiting).toBe(0);
    expect(await places.take(1)).toBe(0);
  });
});
