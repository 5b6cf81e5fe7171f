import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { addSuppression, removeSuppression } from '#app/domain/suppressions/change-suppressions.server.ts';
import { importSuppressions } from '#app/domain/suppressions/import-suppressions.server.ts';
import { listSuppressions } from '#app/domain/suppressions/list-suppressions.server.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { ana } from '#tests/support/sending.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

const bytes = (text: string) => [Buffer.from(text)];
const listed = async (q: string) => (await listSuppressions(own.db, { q })).data[0];

/** What a file says why, and what is kept of it. */
const reasons: [header: string, word: string, reason: string, note: string | null][] = [
  ['reason', '', 'manual', null],
  ['Reason', 'hard_bounce', 'hard_bounce', null],
  ['Suppression Reason', 'HardBounce', 'hard_bounce', 'HardBounce'],
  ['reason', 'SpamComplaint', 'complaint', 'SpamComplaint'],
  ['type', 'Soft bounce', 'manual', 'Soft bounce'],
  ['reason', '550 5.1.1 no such user here', 'hard_bounce', '550 5.1.1 no such user here'],
  ['reason', '552 5.2.2 mailbox full', 'manual', '552 5.2.2 mailbox full'],
  ['reason', 'moved to a competitor', 'manual', 'moved to a competitor'],
  ['reason', 'Unsubscribed', 'unsubscribe', null],
  ['reason', 'List-Unsubscribe', 'unsubscribe', 'List-Unsubscribe'],
  ['Status', 'cleaned', 'hard_bounce', null],
  ['status', 'Unsubscribed', 'unsubscribe', null],
  ['unsubscribed_at', '2025-03-01 10:00', 'unsubscribe', null],
  ['do not email', 'yes', 'manual', null],
  ['subscribed', 'false', 'unsubscribe', null],
  ['favourite colour', 'spam', 'manual', null],
  // What did not happen to them is no reason to write to them.
  ['bounced', 'no', 'manual', null],
  ['Complaint', '0', 'manual', null],
];

test.each(reasons)('a column %s that says "%s" is kept as %s', async (header, word, reason, note) => {
  const address = `p${reasons.findIndex((one) => one[0] === header && one[1] === word)}@why.test`;
  await importSuppressions(own.db, ana, { channel: 'email', source: bytes(`Email;${header}\n${address};${word}\n`) });
  expect((await listed(address))?.reasons).toMatchObject([{ reason, note, source: 'import', created_by: 'Ana' }]);
});

test('every row that is not taken is told with its line and why', async () => {
  const csv = [
    ['My opt-outs', '', ''],
    ['', '', ''],
    ['Mail', 'Accepts marketing', 'Reason'],
    ['\u200bup@drop.test\u00ad', 'no', ''],
    ['nobody', 'no', 'asked twice'],
    ['', '', 'lost'],
    ['kept@drop.test', 'yes', ''],
    ['UP@drop.test', '', ''],
  ];
  const report = await importSuppressions(own.db, ana, { channel: 'email', source: bytes(csv.map((row) => row.join(';')).join('\r\n')) });
  expect(report).toMatchObject({ rows: 5, rejected: 3 });
  expect(report.added + report.known).toBe(2);
  expect(report.errors).toMatchObject([
    { line: 5, address: 'nobody', reason: 'not a valid address', file_reason: 'asked twice' },
    { line: 6, address: '', reason: 'no address', file_reason: 'lost' },
    { line: 7, address: 'kept@drop.test', reason: 'may be written to' },
  ]);
  expect(await listed('kept@drop.test')).toBeUndefined();
});

test('numbers are read as those of the country that was chosen', async () => {
  const source = bytes('phone\n0151 23456789\n+44 7911 123456\n');
  const file = { channel: 'sms' as const, source };
  expect(await importSuppressions(own.db, ana, file)).toMatchObject({
    added: 1,
    errors: [{ line: 2, reason: 'not a valid phone number' }],
  });
  expect(await importSuppressions(own.db, ana, { ...file, defaultCountry: 'de' })).toMatchObject({ added: 1, known: 1, rejected: 0 });
  expect(await listed('+4915123456789')).toBeDefined();
  await expect(importSuppressions(own.db, ana, { ...file, defaultCountry: 'XX' })).rejects.toMatchObject({ status: 422 });
});

test('the reason of a file stands beside others, and each is taken off on its own', async () => {
  const address = 'both@why.test';
  await addSuppression(own.db, ana, { channel: 'email', address, reason: 'manual' });
  const csv = `email,reason\n${address},complaint\n${address},unsubscribe\n${address},spam report\n`;
  expect(await importSuppressions(own.db, ana, { channel: 'email', source: bytes(csv) })).toMatchObject({ rows: 3, added: 2, known: 1 });
  await removeSuppression(own.db, { channel: 'email', address, reason: 'complaint' });
  expect((await listed(address))?.reasons).toMatchObject([
    { reason: 'unsubscribe', source: 'import' },
    { reason: 'manual', source: 'person' },
  ]);
});

test('one row or byte too many, and nothing is taken', async () => {
  const rows = (n: number) => Array.from({ length: n }, (_, i) => `x${i}@bound.test`).join('\n');
  const file = (n: number) => ({ channel: 'email' as const, source: bytes(rows(n)) });
  await expect(importSuppressions(own.db, ana, file(301), { rows: 300, bytes: 1e6 })).rejects.toMatchObject({ status: 413 });
  await expect(importSuppressions(own.db, ana, file(300), { rows: 300, bytes: rows(300).length - 1 })).rejects.toMatchObject({
    status: 413,
  });
  expect(await listed('x0@bound.test')).toBeUndefined();
  expect(await importSuppressions(own.db, ana, file(300), { rows: 300, bytes: rows(300).length })).toMatchObject({ added: 300 });
  const bad = await importSuppressions(own.db, ana, { channel: 'email', source: bytes(`email\nok@bound.test\n${'x\n'.repeat(2_001)}`) });
  expect(bad).toMatchObject({ rejected: 2_001 });
  expect(bad.errors).toHaveLength(2_000);
});

test('slow senders keep nobody from it, and beyond 64 files at once the next is told to come back', async () => {
  let go = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  async function* slow() {
    yield Buffer.from('email\n');
    await gate;
    yield Buffer.from('slow@once.test\n');
  }
  const start = () => importSuppressions(own.db, ana, { channel: 'email', source: slow() });
  const under = Array.from({ length: 63 }, start);
  const quick = importSuppressions(own.db, ana, { channel: 'email', source: bytes('email\nz@once.test\n') });
  expect(await quick).toMatchObject({ added: 1 });
  under.push(start());
  await expect(start()).rejects.toMatchObject({ status: 429, retryAfterS: 5 });
  go();
  expect((await Promise.all(under)).reduce((sum, { added }) => sum + added, 0)).toBe(1);
});

test('fifty thousand rows that arrive at once let others have their turn all the while', async () => {
  let turns = 0;
  let done = false;
  const turn = () => {
    turns++;
    if (!done) setImmediate(turn);
  };
  setImmediate(turn);
  // Until it is read the database is asked for nothing: only what gives others their turn does so.
  const read = vi.spyOn(own.db.pool, 'connect').mockImplementationOnce((() => {
    read.mockRestore();
    expect(turns).toBeGreaterThanOrEqual(50_000 / 250);
    return own.db.pool.connect();
  }) as never);
  const source = bytes(`email\n${Array.from({ length: 50_000 }, (_, i) => `many${i}@turns.test`).join('\n')}\n`);
  expect(await importSuppressions(own.db, ana, { channel: 'email', source })).toMatchObject({ rows: 50_000, added: 50_000 });
  done = true;
});
