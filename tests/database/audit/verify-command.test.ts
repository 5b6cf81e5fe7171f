import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit } from '#app/domain/access/audit.server.ts';
import { through } from '#app/domain/access/door.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';

/** `npm run audit-verify`, as operators and their timers run it: what it says, and its exit status. */

let api: TestApi;
const folder = mkdtempSync(join(tmpdir(), 'rollcall-verify-'));
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.drop();
  rmSync(folder, { recursive: true });
});

async function verify(...args: string[]): Promise<{ status: number | null; out: string }> {
  const child = spawn(process.execPath, ['scripts/audit-verify.ts', ...args], {
    env: { ...process.env, DATABASE_URL: api.url, DATA_DIR: folder, BASE_URL: 'http://localhost:3000', NODE_ENV: 'test' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      out += chunk;
    });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, out };
}

test('its exit status is 0 while the log is whole, 1 once a row was changed, and another for a wrong call', async () => {
  const whole = await verify();
  expect(whole.out).toContain('The audit log is whole.');
  expect(whole.status).toBe(0);
  const head = /Its last row: (\d+:[0-9a-f]{64})/.exec(whole.out)?.[1] as string;
  expect(await verify('--head', head)).toMatchObject({ status: 0 });

  expect((await verify('--head', 'nonsense')).status).not.toBe(0);
  expect((await verify('something')).status).not.toBe(0);
  expect(
    await verify(
      '--head',
      head.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    ),
  ).toMatchObject({ status: 1 });

  await api.db.pool.query('alter table audit_log disable trigger user');
  await api.db.pool.query(`update audit_log set actor_name = 'Eve' where seq = 2`);
  await api.db.pool.query('alter table audit_log enable trigger user');
  const changed = await verify();
  expect(changed.out).toContain('The audit log was tampered with.');
  expect(changed.status).toBe(1);
});

test('a person’s name stands in the log, and is found, also when the account is gone', async () => {
  const { user } = await api.context.auth.sessions.api.createUser({
    body: { email: 'gone@corp.example', name: 'Gone Girl', password: 'a long password', role: 'marketer' as 'admin' },
  });
  const viewer = { id: user.id, name: user.name, email: user.email, via: 'session' } as const;
  await through({ door: 'page', address: null, device: null, viewer }, () =>
    audit(api.db.pool, { action: 'campaign.pause', object: { type: 'campaign', id: 7, name: 'Spring' } }),
  );
  await api.db.pool.query('delete from app_users where id = $1', [user.id]);
  for (const who of ['Gone Girl', 'gone@corp', user.id]) {
    const found = await api.call('GET', `/audit?who=${encodeURIComponent(who)}`);
    expect(await found.json()).toMatchObject({
      data: [{ actor_name: 'Gone Girl', actor_email: 'gone@corp.example', action: 'campaign.pause' }],
    });
  }
});
