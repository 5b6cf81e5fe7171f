import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Arrived, Ledger } from '#sandbox/ledger.ts';
import { BoundedQueue } from '#sandbox/queue.ts';

function message(more: Partial<Arrived> = {}): Omit<Arrived, 'n'> {
  return {
    channel: 'email',
    at: 0,
    to: 'ann@example.com',
    from: 'shop@example.com',
    campaign: 1,
    recipient: null,
    round: 0,
    attempt: null,
    content: { html: 'x'.repeat(10) },
    status: 'queued',
    errorCode: null,
    ...more,
  };
}

describe('Ledger', () => {
  it('counts exactly who got a round more than once', () => {
    const arrivals = fc.array(
      fc.record({
        campaign: fc.integer({ min: 1, max: 2 }),
        recipient: fc.integer({ min: 1, max: 5 }),
        round: fc.integer({ min: 0, max: 3 }),
      }),
    );
    fc.assert(
      fc.property(arrivals, (all) => {
        const ledger = new Ledger({ records: 3, contents: 2, characters: 15 });
        const counts = new Map<string, number>();
        for (const one of all) {
          ledger.accept(message(one));
          const key = `${one.campaign} ${one.recipient} ${one.round}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
        const doubled = ledger.doubled().map((one) => [`${one.campaign_id} ${one.recipient_id} ${one.round}`, one.accepted] as const);
        expect(new Map(doubled)).toEqual(new Map([...counts].filter(([, count]) => count > 1)));
        expect(ledger.accepted).toBe(all.length);
      }),
    );
  });

  it('keeps only the last messages, and the content of fewer', () => {
    const ledger = new Ledger({ records: 4, contents: 2 });
    for (let n = 0; n < 10; n++) ledger.accept(message({ to: n % 2 ? 'ann@example.com' : 'bob@example.com' }));
    const { messages, next } = ledger.list({ limit: 100 });
    expect(messages.map(({ n, content }) => [n, content !== null])).toEqual([
      [6, false],
      [7, false],
      [8, true],
      [9, true],
    ]);
    expect(next).toBeNull();
    expect(ledger.to('ann@example.com').map(({ n }) => n)).toEqual([7, 9]);
    expect(ledger.list({ to: 'bob@example.com', limit: 1 })).toMatchObject({ messages: [{ n: 6 }], next: 8 });
  });

  it('keeps no more text than it may', () => {
    const ledger = new Ledger({ characters: 25 });
    for (let n = 0; n < 5; n++) ledger.accept(message());
    expect(ledger.list({ limit: 100 }).messages.filter(({ content }) => content !== null)).toHaveLength(2);
  });
});

describe('BoundedQueue', () => {
  it('gives everything back in order, but for what came when it was full', () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: -20, max: -1 })));
    fc.assert(
      fc.property(steps, (changes) => {
        const queue = new BoundedQueue<number>(10);
        const model: number[] = [];
        let next = 0;
        let dropped = 0;
        for (const change of changes) {
          for (let n = 0; n < change; n++, next++) {
            if (model.length < 10) model.push(next);
            else dropped += 1;
            queue.push(next);
          }
          if (change < 0) expect(queue.take(-change, () => true)).toEqual(model.splice(0, -change));
          expect([queue.length, queue.dropped]).toEqual([model.length, dropped]);
        }
      }),
    );
  });

  it('stops at the first that is not ready', () => {
    const queue = new BoundedQueue<number>(10);
    for (const n of [1, 2, 9, 3]) queue.push(n);
    expect(queue.take(10, (n) => n < 5)).toEqual([1, 2]);
    expect(queue.length).toBe(2);
  });
});
