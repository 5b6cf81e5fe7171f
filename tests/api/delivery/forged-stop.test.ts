import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AppLoadContext } from '@remix-run/node';
import twilio from 'twilio';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readEnv } from '#app/config/env.server.ts';
import { sandboxTwilioAccountSid, sandboxTwilioAuthToken } from '#sandbox/credentials.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { loadPage, pages } from '#tests/support/pages.ts';
import { freePort, startWeb } from '#tests/support/web.ts';

let api: TestApi;
let context: AppLoadContext;
let web: Awaited<ReturnType<typeof startWeb>>;
beforeAll(async () => {
  const sandbox = { SANDBOX: '1', TWILIO_ACCOUNT_SID: sandboxTwilioAccountSid, TWILIO_AUTH_TOKEN: sandboxTwilioAuthToken };
  api = await startApi({ PORT: String(await freePort()), ...sandbox });
  context = api.context;
  const id = 'routes/webhooks.twilio.inbound';
  const file = pages.find((page) => page.id === id)?.file ?? '';
  web = await startWeb(context, {}, [{ id, path: 'webhooks/twilio/inbound', module: await loadPage(file) }]);
});
afterAll(async () => {
  await web.stop();
  await api.drop();
});

const forged = '+12025550188';
/** A STOP of somebody else, signed with what anybody can read in the source. */
async function forge(): Promise<number> {
  const fields = { MessageSid: `SM${'f'.repeat(32)}`, From: forged, To: '+12025550100', Body: 'STOP' };
  const signature = twilio.getExpectedTwilioSignature(sandboxTwilioAuthToken, `${context.env.baseUrl}/webhooks/twilio/inbound`, fields);
  const headers = { 'X-Twilio-Signature': signature };
  const url = `http://127.0.0.1:${context.env.port}/webhooks/twilio/inbound`;
  return (await fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields) })).status;
}
const sources = async () =>
  (await api.db.pool.query<{ source: string }>('select r.source from suppressions s join suppression_reasons r on r.suppression_id = s.id'))
    .rows;

test('a STOP that anybody could sign counts in the sandbox only, and no longer once a real provider is there', async () => {
  expect(await forge()).toBe(200);
  expect(await sources()).toEqual([{ source: 'sandbox' }]);

  const real = {
    DATABASE_URL: api.url,
    LOG_LEVEL: 'error',
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'a token of our own',
  };
  const environment = { PATH: process.env.PATH, ...real } as unknown as NodeJS.ProcessEnv;
  const worker = spawn(process.execPath, ['worker.ts'], { stdio: ['ignore', 'inherit', 'inherit'], env: environment });
  try {
    await vi.waitFor(async () => expect((await api.db.pool.query('select from workers where ended_at is null')).rowCount).toBe(1));
    expect(await sources()).toEqual([]);
  } finally {
    worker.kill('SIGTERM');
    if (worker.exitCode === null) await once(worker, 'exit');
  }

  context.env = readEnv({ ...real, PORT: String(context.env.port) });
  expect(await forge()).toBe(403);
  expect(await sources()).toEqual([]);
});
