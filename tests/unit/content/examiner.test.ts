import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createExaminer } from '#app/domain/content/examiner.server.ts';
import type { Content } from '#app/domain/content/parse-content.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-examiner-'));
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const email: Content = { channel: 'email', subject: 'Hello', html: '<p>{{ city }}</p>', text: null, variables: ['city'] };
/** A thread that does what stands here with each content. */
const script = (act: string) => {
  const file = join(folder, `${act.length}.mjs`);
  const done = `parentPort.postMessage({ examination: { problems: [], subject: content.subject } })`;
  writeFileSync(
    file,
    `import { parentPort } from 'node:worker_threads';
     parentPort.on('message', ({ content }) => { if (content.subject === 'Hello') ${done}; else { ${act} } });`,
  );
  return file;
};

test('whatever a content asks for, the process goes on meanwhile', async () => {
  let turns = 0;
  let done = false;
  const turn = () => {
    turns++;
    if (!done) setImmediate(turn);
  };
  setImmediate(turn);
  const names = Array.from({ length: 4_000 }, (_, i) => `v${i}`);
  const html = names.map((name) => `{{ ${name} }}`).join('\n');
  // Nothing here waits but for the thread: in this process it would end without a single turn.
  const examination = await createExaminer()({ ...email, html }, null);
  done = true;
  expect(examination.problems.length).toBeGreaterThan(0);
  expect(turns).toBeGreaterThan(0);
});

test('beyond a hundred waiting, the next is told to come back, and afterwards none is', async () => {
  const examine = createExaminer(script(''));
  const hundred = Array.from({ length: 100 }, () => examine(email, null));
  for (const one of [examine(email, null), examine(email, null)])
    await expect(one).rejects.toMatchObject({ status: 503, code: 'unavailable', retryAfterS: 3 });
  expect(await Promise.all(hundred)).toHaveLength(100);
  expect(await examine(email, null)).toMatchObject({ subject: 'Hello' });
});

test.each([
  ['ends', 'process.exit(1)', 'ended'],
  ['fails', `throw new Error('out of memory')`, 'out of memory'],
])('a thread that %s is told at once, and the next content has another', async (_, act, message) => {
  const examine = createExaminer(script(act));
  const [bad, good] = [examine({ ...email, subject: 'Die' }, null), examine(email, null)];
  await expect(bad).rejects.toThrow(message);
  expect(await good).toMatchObject({ subject: 'Hello' });
});

test('a content that takes too long is given up in words, and the next one has another thread', async () => {
  const examine = createExaminer(script('for (;;);'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const bad = examine({ ...email, subject: 'Stay' }, null);
  const good = examine(email, null);
  await vi.advanceTimersByTimeAsync(10_000);
  vi.useRealTimers();
  expect(await bad).toMatchObject({ problems: [{ field: 'html', severity: 'error', message: expect.stringContaining('takes too long') }] });
  expect(await good).toMatchObject({ subject: 'Hello' });
});
