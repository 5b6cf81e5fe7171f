import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readChunks } from '#app/domain/contacts/byte-source.server.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a sender that falls silent is given up after a minute', async () => {
  const source = new PassThrough();
  const chunks = readChunks(source);
  source.write('a');
  expect((await chunks.next()).value?.toString()).toBe('a');
  let refusal: unknown;
  chunks.next().catch((error) => {
    refusal = error;
  });
  await vi.waitFor(() => {
    vi.advanceTimersByTime(60_000);
    expect(refusal).toMatchObject({ name: 'Problem', status: 408 });
  });
  expect(source.destroyed).toBe(true);
});

test('a reader may take its time', async () => {
  const source = new PassThrough();
  const chunks = readChunks(source);
  source.write('a');
  await chunks.next();
  vi.advanceTimersByTime(600_000);
  source.end('b');
  expect((await chunks.next()).value?.toString()).toBe('b');
  expect((await chunks.next()).done).toBe(true);
});

test('one huge chunk comes in pieces', async () => {
  const sizes: number[] = [];
  for await (const piece of readChunks([new Uint8Array(300_000), 'é'])) {
    sizes.push(piece.length);
  }
  expect(sizes).toEqual([131_072, 131_072, 37_856, 2]);
});

test('whoever stops reading ends the source', async () => {
  const source = new PassThrough();
  source.write('a');
  for await (const _ of readChunks(source)) {
    break;
  }
  expect(source.destroyed).toBe(true);
});
