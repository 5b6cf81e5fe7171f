import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, vi } from 'vitest';
import { type Env, readEnv } from '#app/config/env.server.ts';
import { createLogger } from '#app/config/log.server.ts';
import type { CampaignStatus } from '#app/domain/campaigns/campaign.ts';
import { sendCampaign } from '#app/domain/campaigns/send-campaign.server.ts';
import { recordEvents } from '#app/domain/delivery/record-events.server.ts';
import { createProviders } from '#app/providers/providers.server.ts';
import { twilioStatus } from '#app/providers/twilio-events.ts';
import { sandboxSendgridApiKey, sandboxTwilioAccountSid, sandboxTwilioAuthToken } from '#sandbox/credentials.ts';
import { startSandbox } from '#sandbox/index.ts';
import { startWorker } from '#tasks/start-worker.ts';
import type { TestDatabase } from './database.ts';

export const ana = { id: '1', name: 'Ana', email: null, role: 'admin', via: 'session', label: 'Ana' } as const;

/** A real worker that sends over HTTP through a sandbox of its own. */
export interface Sending {
  env: Env;
  sandbox: Awaited<ReturnType<typeof startSandbox>>;
  send(campaignId: number): Promise<void>;
  /** Waits until the campaign has ended and nothing of it is in flight. */
  untilEnded(campaignId: number, timeoutMs?: number): Promise<CampaignStatus>;
  stop(): Promise<void>;
}

/** @param worker false: the test starts workers of its own, in processes that it can kill */
export async function startSending(own: TestDatabase, variables: Record<string, string> = {}, worker = true): Promise<Sending> {
  const sandbox = await startSandbox({ port: 0, seed: 1, baseUrl: variables.BASE_URL ?? null });
  const env = readEnv({
    DATABASE_URL: own.url,
    SENDGRID_API_KEY: sandboxSendgridApiKey,
    SENDGRID_BASE_URL: sandbox.url,
    TWILIO_ACCOUNT_SID: sandboxTwilioAccountSid,
    TWILIO_AUTH_TOKEN: sandboxTwilioAuthToken,
    TWILIO_BASE_URL: sandbox.url,
    SEND_TIMEOUT_MS: '60000', // so that no call of a slow machine ends as an outcome that nobody knows
    UNKNOWN_GRACE_S: '1',
    LOG_LEVEL: 'error',
    ...variables,
  });
  const providers = createProviders(env);
  const running = worker ? await startWorker({ env, db: own.db, log: createLogger(env), providers }) : null;
  return {
    env,
    sandbox,
    async send(campaignId) {
      await sendCampaign(own.db, ana, campaignId, env);
    },
    async untilEnded(campaignId, timeoutMs = 150_000) {
      return vi.waitFor(
        async () => {
          const { rows } = await own.db.pool.query<{ status: CampaignStatus; open: number }>(
            'select status, queued + sending + retrying + unknown - held as open from campaigns where id = $1',
            [campaignId],
          );
          expect(rows[0]).toMatchObject({ status: expect.stringMatching(/^(SENT|PARTIALLY_SENT|FAILED|CANCELLED)$/), open: 0 });
          return rows[0]?.status as CampaignStatus;
        },
        { timeout: timeoutMs, interval: 50 },
      );
    },
    async stop() {
      await running?.stop();
      await providers.close();
      await sandbox.stop();
    },
  };
}

export interface Callbacks {
  /** For BASE_URL. */
  url: string;
  stop(): void;
}

/** Takes what the sandbox posts back about text messages, as the web process would. */
export async function takeCallbacks({ db }: TestDatabase): Promise<Callbacks> {
  const server = createServer(async (request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost');
    const event = twilioStatus(new URLSearchParams(await text(request)), searchParams);
    if (event) await recordEvents(db, [event]);
    response.writeHead(204).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export interface LoggedAttempt {
  number: number;
  outcome: string;
  http_status: number | null;
  /** ms between the end of the attempt before and the start of this one. */
  waited_ms: number | null;
}

/** One recipient's attempts in order, found by address. */
export async function attemptsOf(own: TestDatabase, campaignId: number, address: string): Promise<LoggedAttempt[]> {
  const { rows } = await own.db.pool.query<LoggedAttempt>(
    `select a.number, a.outcome, a.http_status,
       (extract(epoch from a.started_at - lag(a.finished_at) over (order by a.id)) * 1000)::float8 as waited_ms
     from attempts a join recipients r on r.campaign_id = a.campaign_id and r.id = a.recipient_id
     where r.campaign_id = $1 and r.address = $2 order by a.id`,
    [campaignId, address],
  );
  return rows;
}
