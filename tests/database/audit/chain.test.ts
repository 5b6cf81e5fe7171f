import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { audit } from '#app/domain/access/audit.server.ts';
import { through } from '#app/domain/access/door.server.ts';
import { keepHead, readHeads } from '#app/domain/audit/heads.server.ts';
import { type AuditLine, auditHead, cutAudit, tellAudit } from '#app/domain/audit/keep-audit.server.ts';
import { verifyAudit } from '#app/domain/audit/verify-audit.server.ts';
import { inTransaction } from '#db/transaction.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const ana = { id: '7', name: 'Ana "the boss"\u2028\u007f 🙂', email: 'ana@example.com', via: 'session' } as const;
const write = (name: string, before: object | null = null, after: object | null = { name }) =>
  through({ door: 'page', address: '192.0.2.1', device: 'Browser/1\u0007', viewer: ana }, () =>
    audit(database.db.pool, {
      action: 'campaign.change',
      object: { type: 'campaign', id: 3, name },
      before: before as never,
      after: after as never,
    }),
  );
const sql = (text: string) => database.db.pool.query(text);
/** As an attacker does who owns the database. */
const byHand = (text: string) =>
  inTransaction(database.db.pool, async (client) => {
    await client.query('alter table audit_log disable trigger all');
    await client.query(text);
    await client.query('alter table audit_log enable always trigger audit_seals');
    await client.query('alter table audit_log enable always trigger audit_guards');
    await client.query('alter table audit_log enable always trigger audit_stays');
  });
const faults = async (...witnesses: Parameters<typeof verifyAudit>[1][]) => (await verifyAudit(database.db, witnesses[0])).faults;

async function forgetAll(): Promise<void> {
  await byHand(`delete from audit_log; update audit_head set seq = 0, hash = repeat('0', 64);
    update audit_anchor set seq = 0, hash = repeat('0', 64); update audit_told set seq = 0`);
}

describe('a chain of six', () => {
  beforeEach(async () => {
    await forgetAll();
    for (const name of ['one', 'two', 'three "3"', 'four\n\t\\', 'fünf €', 'six'])
      await write(name, { name: 'zero', size: 1 }, { name, size: 1 });
  });

  test('is whole, and each row tells who, what, from where and what changed', async () => {
    expect(await verifyAudit(database.db)).toMatchObject({ rows: 6, faults: [], head: { seq: 6 } });
    const { rows } = await sql('select * from audit_log where seq = 3');
    expect(rows[0]).toMatchObject({
      actor_kind: 'person',
      actor_id: '7',
      actor_name: ana.name,
      actor_email: 'ana@example.com',
      door: 'page',
      address: '192.0.2.1',
      device: 'Browser/1',
      outcome: 'done',
      object_id: '3',
      before: { name: 'zero' },
      after: { name: 'three "3"' },
    });
  });

  test.each([
    'update audit_log set reason = null where seq = 2',
    `update audit_log set actor_name = 'Eve'`,
    'delete from audit_log where seq = 6',
    'truncate audit_log',
    `insert into audit_log (actor_kind, door, action, outcome, seq, hash) values ('system', 'page', 'x', 'done', 7, 'x')`,
    `set session_replication_role = replica; delete from audit_log where seq = 1`,
  ])('the database refuses: %s', async (text) => {
    await expect(inTransaction(database.db.pool, (client) => client.query(text))).rejects.toMatchObject({ code: '42501' });
    await sql('reset session_replication_role');
    expect(await faults()).toEqual([]);
  });

  test.each([
    ['a name is changed', `update audit_log set actor_name = 'Eve' where seq = 4`, 4],
    ['an address is blotted out', 'update audit_log set address = null where seq = 1', 1],
    ['a value is changed', `update audit_log set after = '{"name":"seven"}' where seq = 6`, 6],
    ['a space is added to a value', `update audit_log set after = '{"name": "two"}' where seq = 2`, 2],
    ['a time is moved', `update audit_log set at = at + interval '1 microsecond' where seq = 5`, 5],
    ['the number of times is changed', 'update audit_log set times = 2 where seq = 5', 5],
    ['text moves from one column to the next', `update audit_log set object_name = null, reason = object_name where seq = 2`, 2],
    ['the first row is removed', 'delete from audit_log where seq = 1', 1],
    ['one in the middle is removed', 'delete from audit_log where seq = 3', 3],
    ['the last row is removed', 'delete from audit_log where seq = 6', 6],
    ['all rows are removed', 'delete from audit_log', 1],
    ['the gap is closed by new numbers', 'delete from audit_log where seq = 3; update audit_log set seq = seq - 1 where seq > 3', 3],
    [
      'two rows swap places',
      'update audit_log set seq = case seq when 2 then -3 when 3 then -2 end where seq in (2, 3); update audit_log set seq = -seq where seq < 0',
      2,
    ],
    [
      'a copy is inserted in the middle',
      `update audit_log set seq = -seq where seq > 3; update audit_log set seq = 1 - seq where seq < 0;
       insert into audit_log (seq, at, actor_kind, door, action, outcome, previous, hash)
       select 4, at, actor_kind, door, action, outcome, hash, repeat('a', 64) from audit_log where seq = 3`,
      4,
    ],
    [
      'one is added at the end',
      `insert into audit_log (seq, at, actor_kind, door, action, outcome, previous, hash) select 7, at, actor_kind, door, action, outcome, hash, repeat('a', 64) from audit_log where seq = 6`,
      7,
    ],
    [
      'one is added before the first',
      `insert into audit_log (seq, at, actor_kind, door, action, outcome, previous, hash) values (0, now(), 'system', 'page', 'x', 'done', '', '')`,
      0,
    ],
    [
      'one is added outside of the chain',
      `insert into audit_log (actor_kind, door, action, outcome) values ('system', 'page', 'x', 'done')`,
      0,
    ],
    [
      'the beginning is cut off without a word, with an anchor',
      'update audit_anchor a set seq = 2, hash = l.hash from audit_log l where l.seq = 2; delete from audit_log where seq <= 2',
      2,
    ],
  ])('found: %s', async (_what, text, seq) => {
    await byHand(text);
    expect((await faults())[0]).toMatchObject({ seq });
  });

  test('a tail cut off together with the head is found by what was kept elsewhere, as is a chain that was computed anew', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heads-'));
    try {
      keepHead(folder, (await auditHead(database.db.pool)) as never);
      keepHead(folder, (await auditHead(database.db.pool)) as never);
      const kept = readHeads(folder);
      expect(kept).toHaveLength(1);
      expect(await faults(kept)).toEqual([]);

      await byHand(
        `delete from audit_log where seq > 4; update audit_head h set seq = l.seq, hash = l.hash from audit_log l where l.seq = 4`,
      );
      expect(await faults()).toEqual([]);
      expect(await faults(kept)).toEqual([{ seq: 5, message: expect.stringMatching(/^Rows 5 to 6 are missing/) }]);

      for (const name of ['other', 'rows']) await write(name);
      expect(await faults()).toEqual([]);
      expect(await faults(kept)).toEqual([{ seq: 6, message: expect.stringContaining('written anew') }]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('what is older than it is kept goes, says so, and leaves an anchor that holds', async () => {
    await byHand(`update audit_log set at = at`);
    await sql(`select audit_cut(now() - interval '1 day', 100)`);
    expect(await verifyAudit(database.db)).toMatchObject({ rows: 6, faults: [] });

    await sql(`select audit_cut((select at from audit_log where seq = 4), 2)`);
    await sql(`select audit_cut((select at from audit_log where seq = 4), 2)`);
    const { rows } = await sql(`select seq, action, times from audit_log order by seq`);
    expect(rows).toEqual([
      { seq: 4, action: 'campaign.change', times: 1 },
      { seq: 5, action: 'campaign.change', times: 1 },
      { seq: 6, action: 'campaign.change', times: 1 },
      { seq: 7, action: 'audit.cut', times: 2 },
      { seq: 8, action: 'audit.cut', times: 1 },
    ]);
    expect(await verifyAudit(database.db)).toMatchObject({ rows: 5, anchor: { seq: 3 }, faults: [] });
    await byHand('delete from audit_log where seq = 4');
    expect((await faults())[0]).toMatchObject({ seq: 4 });
  });

  test('the last row stays however old it is', async () => {
    await byHand(`update audit_log set at = '2020-01-01'`);
    expect(await cutAudit(database.db.pool, 1)).toBe(5);
    expect(await cutAudit(database.db.pool, 1)).toBe(1);
    expect(await cutAudit(database.db.pool, 1)).toBe(0);
  });

  test('is handed on to the log once, in order, with hashes and without addresses of people', async () => {
    const lines: AuditLine[] = [];
    expect(await tellAudit(database.db.pool, (line) => lines.push(line))).toBe(6);
    expect(lines.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(lines[0]).toMatchObject({
      action: 'campaign.change',
      fields: ['name'],
      ip: '192.0.2.1',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(JSON.stringify(lines)).not.toContain('@');
    await write('seven');
    expect(await tellAudit(database.db.pool, (line) => lines.push(line))).toBe(1);
    expect(lines.at(-1)?.seq).toBe(7);
  });
});

test('writers at the same time make one chain, and a transaction that fails leaves no gap', async () => {
  await forgetAll();
  await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      inTransaction(database.db.pool, async (client) => {
        await audit(client, { action: 'campaign.pause', object: { type: 'campaign', id: index } });
        await client.query('select pg_sleep(random() * 0.01)');
        if (index % 3 === 0) throw new Error('changed my mind');
        if (index % 3 === 1) await audit(client, { action: 'campaign.resume', object: { type: 'campaign', id: index } });
      }).catch(() => {}),
    ),
  );
  expect(await verifyAudit(database.db)).toMatchObject({ rows: 60, head: { seq: 60 }, faults: [] });
});

test('a transaction that takes its time keeps nobody waiting before its commit', async () => {
  await forgetAll();
  await inTransaction(database.db.pool, async (client) => {
    await audit(client, { action: 'recipient.import' });
    await client.query('select 1');
    await write('meanwhile');
  });
  const { rows } = await sql('select action from audit_log order by seq');
  expect(rows.map(({ action }) => action)).toEqual(['campaign.change', 'recipient.import']);
});

test('whatever comes, a row stays small', async () => {
  await forgetAll();
  const wide = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field ${index}`, 'ü'.repeat(3000)]));
  await write('x'.repeat(5000), null, { html: '€'.repeat(100_000), half: '\ud800', nul: 'a\0b' });
  await write('wide', null, wide);
  const { rows } = await sql('select length(object_name) as name, length(after::text) as size, after from audit_log order by seq');
  expect(rows[0]).toMatchObject({ name: 300, after: { nul: 'ab' } });
  expect(Math.max(...rows.map(({ size }) => size))).toBeLessThan(20_000);
  expect(rows[1].after).toMatchObject({ too_large: true });
  expect(await faults()).toEqual([]);
});
