import { spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keptSecret } from '#app/domain/access/secrets.server.ts';
import { createEndpoint, openSecrets, rotateSecret } from '#app/domain/alerts/endpoints.server.ts';
import { keepSealed } from '#app/domain/secrets/keep-sealed.server.ts';
import { checkSecrets, forgetUnreadable } from '#app/domain/secrets/renew-secrets.server.ts';
import { secretsInDatabase } from '#app/domain/secrets/stored-secrets.server.ts';
import { type Database, openDatabase } from '#db/database.ts';
import { createSeals, SealProblem } from '#db/seals.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { ana } from '#tests/support/sending.ts';
import { keptSecretsKey, makeSecretsKey } from '../../../scripts/launch/secrets-key.ts';

const [key, other] = [randomBytes(32), randomBytes(32)];
const rules = { webhookAllowPrivate: true };

let own: TestDatabase;
let opened: Database[];
beforeEach(async () => {
  own = await createTestDatabase();
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map(({ pool }) => pool.end()));
  await own.drop();
});

/** Another process. */
function withKeys(current?: Buffer, old?: Buffer): Database {
  const db = openDatabase(own.url, { seals: createSeals(current, old) });
  opened.push(db);
  return db;
}

/** All that can be a secret, as it stands in the database. */
async function stored(): Promise<Record<string, string>> {
  const { rows } = await own.db.pool.query<{ place: string; value: string }>(
    `select 'app_secrets ' || name as place, value from app_secrets
     union all select 'webhook_endpoints ' || id, secret from webhook_endpoints
     union all select 'former ' || id, former_secret from webhook_endpoints where former_secret is not null order by place`,
  );
  return Object.fromEntries(rows.map(({ place, value }) => [place, value]));
}

async function inTheClear() {
  const session = await keptSecret(own.db, 'session');
  const { id, secret } = await createEndpoint(own.db, ana, { url: 'http://127.0.0.1/hook', events: ['campaign.failed'] }, rules);
  const { secret: newer } = await rotateSecret(own.db, id);
  await own.db.pool.query(`insert into app_secrets values ('first_password', 'ana@example.com lantern-harbour')`);
  return { session, id, secrets: [newer, secret] };
}

async function secretsOf(db: Database, id: number): Promise<string[]> {
  const { rows } = await db.pool.query('select secret, former_secret as former from webhook_endpoints where id = $1', [id]);
  return openSecrets(db.seals, id, rows[0]);
}

describe('when a key first appears', () => {
  test('all that stood in the clear is encrypted, by one of the processes that start, and means the same', async () => {
    const { session, id, secrets } = await inTheClear();
    const clear = Object.values(await stored());
    const starting = [withKeys(key), withKeys(key), withKeys(key)];
    const done = await Promise.all(starting.map(keepSealed));
    expect(done.sort()).toEqual([0, 0, clear.length]);

    const now = await stored();
    for (const value of Object.values(now)) expect(value).toMatch(/^(ana@example\.com )?sealed:[\w-]+$/);
    for (const db of starting) {
      expect(await keptSecret(db, 'session')).toBe(session);
      expect(await secretsOf(db, id)).toEqual(secrets);
    }
    expect(starting[0]?.seals.open(now['app_secrets first_password']?.split(' ')[1] ?? '', 'app_secrets first_password')).toBe(
      'lantern-harbour',
    );
    expect(await keepSealed(withKeys(key))).toBe(0);
    expect(await stored()).toEqual(now);
  });

  test('what is made after it is never in the clear, and takes its old place', async () => {
    const db = withKeys(key);
    await keepSealed(db);
    const { id, secret } = await createEndpoint(db, ana, { url: 'http://127.0.0.1/hook', events: ['campaign.failed'] }, rules);
    const { secret: newer } = await rotateSecret(db, id);
    const made = await keptSecret(db, 'unsubscribe');
    const all = JSON.stringify(await stored());
    for (const one of [secret, newer, made]) expect(all).not.toContain(one);
    expect(await secretsOf(withKeys(key), id)).toEqual([newer, secret]);
  });

  test('a crash in between leaves all of it as it was', async () => {
    await inTheClear();
    const before = await stored();
    const db = withKeys(key);
    await own.db.pool.query(`create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
      create trigger refuses before update on webhook_endpoints for each row execute function refuse()`);
    await expect(keepSealed(db)).rejects.toThrow('no');
    expect(await stored()).toEqual(before);
    await own.db.pool.query('drop trigger refuses on webhook_endpoints');
    expect(await keepSealed(db)).toBe(Object.keys(before).length);
  });
});

describe('another key', () => {
  test('with the old one beside it: all is encrypted anew, once, and who knows both reads before and after', async () => {
    const { session, id, secrets } = await inTheClear();
    await keepSealed(withKeys(key));
    // Knows the new key, and writes with the old one still.
    const before = withKeys(key, other);
    const count = Object.keys(await stored()).length;
    const starting = [withKeys(other, key), withKeys(other, key)];
    expect((await Promise.all(starting.map(keepSealed))).sort()).toEqual([0, count]);
    for (const db of [before, withKeys(other)]) {
      expect(await keptSecret(db, 'session')).toBe(session);
      expect(await secretsOf(db, id)).toEqual(secrets);
    }
    await expect(secretsOf(withKeys(key), id)).rejects.toThrow(SealProblem);
  });

  test('whoever read a secret before goes on while another process encrypts it with a key that it does not know', async () => {
    const { session } = await inTheClear();
    await keepSealed(withKeys(key));
    const running = withKeys(key);
    expect(await keptSecret(running, 'session')).toBe(session);
    await keepSealed(withKeys(other, key));
    expect(await keptSecret(running, 'session')).toBe(session);
    await expect(keptSecret(withKeys(key), 'session')).rejects.toThrow(SealProblem);
  });

  test.each([
    ['a wrong key', [other], 'another key than SECRETS_KEY'],
    ['no key', [], 'SECRETS_KEY is not set'],
    ['a wrong key and a wrong old one', [other, randomBytes(32)], 'another key than SECRETS_KEY'],
  ])('%s ends the start, and nothing is written', async (_, keys, words) => {
    await inTheClear();
    await keepSealed(withKeys(key));
    // What came in the clear since, from a process without a key, stays too.
    await own.db.pool.query(`insert into app_secrets values ('later', 'in the clear')`);
    const before = await stored();
    await expect(keepSealed(withKeys(...keys))).rejects.toThrow(words);
    expect(await stored()).toEqual(before);
  });

  test.each(['worker.ts', 'server.ts'])('%s says in one line what is wrong and what to do', async (entry) => {
    await inTheClear();
    await keepSealed(withKeys(key));
    const before = await stored();
    const env = { PATH: process.env.PATH, DATABASE_URL: own.url, SECRETS_KEY: other.toString('hex') };
    const child = spawn(process.execPath, [entry], { stdio: ['ignore', 'pipe', 'inherit'], env: env as unknown as NodeJS.ProcessEnv });
    const printed = await text(child.stdout);
    const lines = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: number; msg: string });
    expect(lines).toMatchObject([{ level: 60, msg: expect.stringMatching(/another key than SECRETS_KEY.*SECRETS_KEY_OLD.*A lost key/) }]);
    expect(printed).not.toContain(env.SECRETS_KEY);
    expect(await stored()).toEqual(before);
  });

  test('that is lost for good costs what it held, once somebody says so', async () => {
    const { id } = await inTheClear();
    await keepSealed(withKeys(key));
    const db = withKeys(other);
    const count = Object.keys(await stored()).length;
    expect((await checkSecrets(db)).unreadable).toHaveLength(count);
    expect(await forgetUnreadable(db)).toHaveLength(count);
    expect(await forgetUnreadable(db)).toEqual([]);
    expect(await keepSealed(db)).toBe(0);
    expect(await secretsOf(db, id)).toHaveLength(1);
    const { rows } = await own.db.pool.query('select disabled_reason from webhook_endpoints where id = $1', [id]);
    expect(rows[0].disabled_reason).toContain('Make a new one');
    const { rows: told } = await own.db.pool.query(`select action, after::text from audit_log where action like 'secret.%' order by seq`);
    expect(told.map(({ action }) => action)).toEqual(['secret.seal', 'secret.forget']);
  });
});

describe('the key that npm start makes', () => {
  let folder: string;
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rollcall-key-'));
    said.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is one for all starts, in a file that only its owner reads', async () => {
    const file = join(folder, 'secrets-key');
    expect(await Promise.all([1, 2, 3].map(() => makeSecretsKey({}, folder, own.url, true, say)))).toEqual(
      Array(3).fill({ SECRETS_KEY_FILE: file }),
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const made = readFileSync(file, 'utf8');
    expect(Buffer.from(made, 'base64')).toHaveLength(32);
    expect(await makeSecretsKey({}, folder, own.url, true, say)).toEqual({ SECRETS_KEY_FILE: file });
    expect(readFileSync(file, 'utf8')).toBe(made);
    expect(said).not.toEqual([]);
    for (const line of said) expect(line).toContain(file);
  });

  test('is not made where somebody set one, or where processes elsewhere work with secrets in the clear', async () => {
    expect(await makeSecretsKey({ SECRETS_KEY: key.toString('hex') }, folder, own.url, true, say)).toEqual({});
    expect(await makeSecretsKey({ SECRETS_KEY_FILE: '/run/secrets/key' }, folder, own.url, true, say)).toEqual({});
    expect(await makeSecretsKey({}, folder, own.url, false, say)).toEqual({});
    await keptSecret(own.db, 'session');
    expect(await makeSecretsKey({}, folder, own.url, false, say)).toEqual({});
    // Nor does a key of this machine's own database go to theirs, by `npm start` or by a command.
    writeFileSync(join(folder, 'secrets-key'), key.toString('base64'));
    expect(await makeSecretsKey({}, folder, own.url, false, say)).toEqual({});
    expect(await keptSecretsKey({ DATA_DIR: folder }, own.url, false)).toEqual({});
    expect(await keptSecretsKey({ DATA_DIR: folder }, own.url, true)).toEqual({ SECRETS_KEY_FILE: join(folder, 'secrets-key') });
  });

  test('is made beside a database of the version before, which has fewer tables', async () => {
    await keptSecret(own.db, 'session');
    await own.db.pool.query('alter table provider_keys rename to later; alter table webhook_endpoints drop column former_secret cascade');
    expect(await secretsInDatabase(own.db)).toMatchObject({ sealed: 0 });
    expect(await makeSecretsKey({}, folder, own.url, true, say)).toEqual({ SECRETS_KEY_FILE: join(folder, 'secrets-key') });
  });

  test('is not made anew where the one that encrypted the database is gone: a new one reads nothing', async () => {
    await keptSecret(withKeys(key), 'session');
    await expect(makeSecretsKey({}, folder, own.url, true, say)).rejects.toThrow(/secrets-key is missing.*Put the file back/);
    writeFileSync(join(folder, 'secrets-key'), key.toString('base64'));
    expect(await makeSecretsKey({}, folder, own.url, true, say)).toEqual({ SECRETS_KEY_FILE: join(folder, 'secrets-key') });
  });
});

test('two new secrets within a day: whichever of the three the receiver has, it knows the alert', async () => {
  const db = withKeys(key);
  const made = await createEndpoint(db, ana, { url: 'http://127.0.0.1/hook', events: ['campaign.failed'] }, rules);
  const second = await rotateSecret(db, made.id);
  const third = await rotateSecret(db, made.id);
  const fourth = await rotateSecret(db, made.id);
  expect(await secretsOf(db, made.id)).toEqual([fourth.secret, third.secret, second.secret]);
  await db.pool.query('update webhook_endpoints set former_secret_until = now() where id = $1', [made.id]);
  const fifth = await rotateSecret(db, made.id);
  expect(await secretsOf(db, made.id)).toEqual([fifth.secret, fourth.secret]);
});

test('a dump of the database without the key signs nothing', async () => {
  const db = withKeys(key);
  const { id, secret } = await createEndpoint(db, ana, { url: 'http://127.0.0.1/hook', events: ['campaign.failed'] }, rules);
  await keptSecret(db, 'session');
  await keepSealed(db);
  const { rows: tables } = await db.pool.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public' order by 1`,
  );
  let dump = '';
  for (const { name } of tables)
    dump += (await db.pool.query(`select coalesce(json_agg(t), '[]')::text as all from ${name} t`)).rows[0].all;
  // Each word of the dump as a secret for each kind of signature.
  const words = new Set(dump.match(/[\w+/=:.-]{16,}/g));
  const right = { id: 'msg_1', at: new Date(), body: '{"type":"campaign.failed"}' };
  const signed = new Webhook(secret).sign(right.id, right.at, right.body);
  const session = createHmac('sha256', await keptSecret(db, 'session'))
    .update('token')
    .digest('base64');
  expect(words.size).toBeGreaterThan(3);
  for (const word of words) {
    const hook = createHmac('sha256', Buffer.from(word.replace(/^whsec_/, ''), 'base64')).update(
      `${right.id}.${Math.floor(right.at.getTime() / 1_000)}.${right.body}`,
    );
    expect(`v1,${hook.digest('base64')}`).not.toBe(signed);
    expect(createHmac('sha256', word).update('token').digest('base64')).not.toBe(session);
  }
  expect(id).toBeGreaterThan(0);
});
