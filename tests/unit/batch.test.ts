import { describe, expect, test } from 'vitest';
import { batched } from '#db/batch.ts';

const options = { size: 10, delayMs: 0, signal: new AbortController().signal, onRepeat: () => {} };
const failure = (code: string) => Object.assign(new Error(`refused with ${code}`), { code });

describe('a batched statement', () => {
  test('serves concurrent callers with one statement, each with its own result', async () => {
    const seen: number[][] = [];
    const double = batched<number, number>(async (rows) => {
      seen.push([...rows]);
      return rows.map((row) => row * 2);
    }, options);
    expect(await Promise.all([1, 2, 3].map(double))).toEqual([2, 4, 6]);
    expect(seen).toEqual([[1, 2, 3]]);
  });

  test('lets a poisoned row fail alone', async () => {
    const insert = batched<number, number>(async (rows) => {
      if (rows.includes(3)) throw failure('22P05');
      return [...rows];
    }, options);
    const results = await Promise.allSettled([1, 2, 3, 4, 5].map(insert));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  });

  test.each(['25006', '57014', '55P03', 'XX000'])('that may not be lost is run again after %s, too', async (code) => {
    const errors = [failure(code), failure(code)];
    const insist = batched<number, number>(
      async (rows) => {
        const error = errors.shift();
        if (error) throw error;
        return [...rows];
      },
      { ...options, insist: true },
    );
    expect(await insist(1)).toBe(1);
    await expect(batched<number, number>(() => Promise.reject(failure(code)), options)(1)).rejects.toMatchObject({ code });
  });

  test.each(['42601', '0A000'])('is not run again where it is itself wrong: %s', async (code) => {
    const wrong = batched<number, number>(() => Promise.reject(failure(code)), { ...options, insist: true });
    await expect(wrong(1)).rejects.toMatchObject({ code });
  });

  test('is run again after a deadlock or a lost connection', async () => {
    const errors = [failure('40P01'), failure('57P01'), failure('ECONNRESET')];
    const repeats: unknown[] = [];
    const known: boolean[] = [];
    const insert = batched<number, number>(
      async (rows, repeated) => {
        known.push(repeated);
        const error = errors.shift();
        if (error) throw error;
        return [...rows];
      },
      { ...options, onRepeat: (error) => repeats.push(error) },
    );
    expect(await insert(1)).toBe(1);
    expect(repeats).toHaveLength(3);
    expect(known).toEqual([false, true, true, true]);
  });

  test('stops repeating when told to', async () => {
    const stop = new AbortController();
    const insert = batched<number, number>(
      async () => {
        stop.abort();
        throw failure('08006');
      },
      { ...options, signal: stop.signal },
    );
    await expect(insert(1)).rejects.toThrow();
  });

  test('does not repeat what cannot succeed', async () => {
    let calls = 0;
    const insert = batched<number, number>(async () => {
      calls++;
      throw failure('42703');
    }, options);
    await expect(insert(1)).rejects.toThrow('42703');
    expect(calls).toBe(1);
  });
});
