import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readEnv } from '#app/config/env.server.ts';
import { createLogger } from '#app/config/log.server.ts';
import { retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';
import { sendCampaign } from '#app/domain/campaigns/send-campaign.server.ts';
import { followKeys } from '#app/domain/provider-keys/follow-keys.server.ts';
import { removeKeys, saveKeys } from '#app/domain/provider-keys/save-keys.server.ts';
import { type Database, openDatabase } from '#db/database.ts';
import { createSeals } from '#db/seals.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { ana } from '#tests/support/sending.ts';

const LATENCY_MS = 150;
const keys = { first: 'SG.first-of-the-harbour-0001', second: 'SG.second-of-the-harbour-0002' };
/** SendGrid, as far as keys go: which it takes changes while calls are under way. */
const provider = { valid: new Set<string>(), got: [] as { to: string; key: string }[], refused: 0 };
const secretsKey = randomBytes(32);

let own: TestDatabase;
let db: Database;
let server: Server;
let needs: Parameters<typeof saveKeys>[0];
const workers: ChildProcess[] = [];

beforeAll(async () => {
  own = await createTestDatabase();
  server = createServer(async (request, response) => {
    const key = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const body = request.method === 'POST' ? ((await json(request)) as { personalizations: { to: { email: string }[] }[] }) : null;
    if (body) await delay(LATENCY_MS);
    if (!provider.valid.has(key)) {
      if (body) provider.refused++;
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end('{"errors":[{"field":null,"message":"The provided authorization grant is invalid, expired, or revoked"}]}');
    } else if (body) {
      for (const { to } of body.personalizations) provider.got.push({ to: to[0]?.email as string, key });
      response.writeHead(202, { 'x-message-id': randomBytes(8).toString('hex') }).end();
    } else response.writeHead(200, { 'content-type': 'application/json' }).end('{"scopes":["mail.send"]}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const SENDGRID_BASE_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const source = { DATABASE_URL: own.url, SENDGRID_BASE_URL, SECRETS_KEY: secretsKey.toString('hex'), LOG_LEVEL: 'error' };
  const env = readEnv(source);
  db = openDatabase(own.url, { seals: createSeals(secretsKey) });
  const auth = { testSends: new RateLimiterMemory({ points: 10, duration: 60 }) };
  needs = { db, auth, env, keys: await followKeys(db, env, createLogger(env)) };
  for (let n = 0; n < 2; n++) {
    const environment = { PATH: process.env.PATH, WORKER_CONCURRENCY: '40', ...source } as unknown as NodeJS.ProcessEnv;
    workers.push(spawn(process.execPath, ['worker.ts'], { stdio: ['ignore', 'inherit', 'inherit'], env: environment }));
  }
  await vi.waitFor(async () => {
    const { rows } = await own.db.pool.query('select count(*)::int as n from workers where ended_at is null');
    expect(rows[0].n).toBe(2);
  });
});
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGTERM');
  await Promise.all(workers.map((worker) => worker.exitCode ?? once(worker, 'exit')));
  server.closeAllConnections();
  server.close();
  await db.pool.end();
  await own.drop();
});

const campaign = async (id: number) =>
  (await own.db.pool.query('select status, sent, failed, pending, failure_code, failure_reason from campaigns where id = $1', [id]))
    .rows[0];
const outcomes = async (id: number) =>
  (await own.db.pool.query('select outcome, count(*)::int as n from attempts where campaign_id = $1 group by 1 order by 1', [id])).rows;

test('a campaign that is being sent goes on with a new key, though the old one is revoked at once', async () => {
  provider.valid = new Set(Object.values(keys));
  await saveKeys(needs, ana, 'email', { api_key: keys.first, sender: 'news@sender.test' });
  const id = await draftCampaign(own.db, { addresses: numbered(1_200, 'keys.test') });
  await sendCampaign(db, ana, id, needs.env as never);
  await vi.waitFor(() => expect(provider.got.length).toBeGreaterThan(100));
  await saveKeys(needs, ana, 'email', { api_key: keys.second });
  provider.valid.delete(keys.first);

  await vi.waitFor(async () => expect(await campaign(id)).toMatchObject({ status: 'SENT', sent: 1_200, failed: 0 }), 120_000);
  expect(provider.got.map(({ to }) => to).sort()).toEqual(numbered(1_200, 'keys.test').sort());
  expect(new Set(provider.got.map(({ key }) => key))).toEqual(new Set(Object.values(keys)));
  // Calls were under way with the old key; nobody's attempt was lost to them.
  expect(provider.refused).toBeGreaterThan(0);
  expect(await outcomes(id)).toEqual([{ outcome: 'accepted', n: 1_200 }]);
});

test('a campaign that ends for its key says what to do, and a retry goes on with the new one', async () => {
  provider.got = [];
  provider.valid.clear();
  const id = await draftCampaign(own.db, { addresses: numbered(30, 'later.test') });
  await sendCampaign(db, ana, id, needs.env as never);
  await vi.waitFor(async () => expect(await campaign(id)).toMatchObject({ status: 'FAILED', pending: 30, failure_code: 'credentials' }));
  expect((await campaign(id)).failure_reason).toMatch(/refused the key.*Settings, Providers/);
  await removeKeys(needs, ana, 'email');
  const without = await draftCampaign(own.db, { addresses: numbered(3, 'without.test') });
  await sendCampaign(db, ana, without, { ...needs.env, emailFrom: 'news@sender.test' } as never);
  await vi.waitFor(async () => expect(await campaign(without)).toMatchObject({ status: 'FAILED', failure_code: 'configuration' }));
  expect((await campaign(without)).failure_reason).toMatch(/not set up.*Settings, Providers/);

  provider.valid.add(keys.second);
  await saveKeys(needs, ana, 'email', { api_key: keys.second });
  await retryCampaign(db, ana, id, { windowS: 3_600 });
  await vi.waitFor(async () => expect(await campaign(id)).toMatchObject({ status: 'SENT', sent: 30 }));
  expect(provider.got).toHaveLength(30);
});
