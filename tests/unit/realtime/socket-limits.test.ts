import { expect, test } from 'vitest';
import { readsNothing, shareReads } from '#app/realtime/socket-limits.server.ts';

test('those who ask while a read is under way share one that begins after it', async () => {
  const ends: ((value: string) => void)[] = [];
  const read = shareReads((_: number) => new Promise<string>((resolve) => ends.push(resolve)));
  const first = read(7);
  const others = Array.from({ length: 100 }, () => read(7));
  void read(8);
  expect(ends).toHaveLength(2);
  ends[0]?.('before');
  expect(await first).toBe('before');
  await new Promise(setImmediate);
  expect(ends).toHaveLength(3);
  ends[2]?.('after');
  expect(new Set(await Promise.all(others))).toEqual(new Set(['after']));
});

test('a read that fails fails for those who asked, and the next one is made anew', async () => {
  let calls = 0;
  const read = shareReads(async (_: string) => {
    calls += 1;
    if (calls === 1) throw new Error('away');
    return calls;
  });
  await expect(read('a')).rejects.toThrow('away');
  await new Promise(setImmediate);
  expect(await read('a')).toBe(2);
});

test('a client that does not read is told by what waits for it', () => {
  const waiting = (count: number, data: string) => ({ writeBuffer: Array.from({ length: count }, () => ({ data })) });
  expect(readsNothing(waiting(400, 'x'))).toBe(false);
  expect(readsNothing(waiting(501, 'x'))).toBe(true);
  expect(readsNothing(waiting(5, 'x'.repeat(1_000_000)))).toBe(true);
});
