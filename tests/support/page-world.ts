import { randomBytes, randomUUID } from 'node:crypto';
import type { AppLoadContext } from '@remix-run/node';
import type { Door } from '#app/domain/access/door.server.ts';
import type { Role } from '#app/domain/access/roles.ts';
import { followKeys } from '#app/domain/provider-keys/follow-keys.server.ts';
import { createSeals } from '#db/seals.ts';
import { type Sandbox, startSandbox } from '#sandbox/index.ts';
import { startApi, type TestApi } from './api.ts';
import { draftCampaign } from './campaigns.ts';
import { knownCampaign } from './known-ledger.ts';
import { answerOfPage, type FormFields, gotOf, isData, origin } from './pages.ts';
import { type Somebody, signedIn, somebody } from './people.ts';
import { type Receiver, startReceiver } from './receiver.ts';

/** A Rollcall in which every form of every page can come to something: an administrator, an analyst, a sandbox, a receiver of webhooks. */
export interface PageWorld {
  api: TestApi;
  context: AppLoadContext;
  receiver: Receiver;
  ira: Somebody;
  analyst: Somebody;
  /** In their browser, where they are signed in. */
  submit(route: string, path: string, form: FormFields | FormData | string, as?: Record<string, string>, door?: Door): Promise<Submitted>;
  sql<T = { id: number }>(text: string, values?: unknown[]): Promise<T[]>;
  draft(people?: number): Promise<number>;
  /** A campaign that has ended, with one who was sent to, one who failed and one of whom nobody knows; and their ids. */
  ended(): Promise<{ id: number; sent: number; failed: number; unknown: number }>;
  /** Somebody else's account. */
  other(role?: Role): Promise<Somebody>;
  stop(): Promise<void>;
}

export interface Submitted {
  /** The status, or where it leads. */
  got: number | string;
  /** What the page is told. */
  data: Record<string, unknown> | null;
  headers: Headers;
}

export async function startPageWorld(): Promise<PageWorld> {
  const sandbox: Sandbox = await startSandbox();
  const receiver = await startReceiver();
  const api = await startApi({
    WEBHOOK_ALLOW_PRIVATE: '1',
    SENDGRID_API_KEY: 'SG.test',
    SENDGRID_BASE_URL: sandbox.url,
    TWILIO_BASE_URL: sandbox.url,
    EMAIL_FROM: 'Rollcall <rollcall@example.com>',
  });
  const context: AppLoadContext = { ...api.context, db: { ...api.db, seals: createSeals(randomBytes(32)) } };
  context.providerKeys = await followKeys(context.db, context.env, context.log);
  const ira = await signedIn(context, 'Ira', 'admin');
  const analyst = await signedIn(context, 'Noa', 'analyst');
  const sql = async <T>(text: string, values: unknown[] = []) => (await api.db.pool.query(text, values)).rows as T[];

  return {
    api,
    context,
    receiver,
    ira,
    analyst,
    sql,
    async submit(route, path, form, as = ira.browser ?? {}, door) {
      const headers = { 'sec-fetch-site': 'same-origin', origin, ...as };
      const answer = await answerOfPage(context, route, path, form, headers, door);
      const sent = answer instanceof Response ? answer.headers : new Headers(isData(answer) ? (answer.init?.headers ?? {}) : {});
      return { got: await gotOf(answer), data: isData(answer) ? (answer.data as Record<string, unknown>) : null, headers: sent };
    },
    draft: (people = 2) =>
      draftCampaign(api.db, { addresses: Array.from({ length: people }, (_, i) => `ada${i}@example.com`), subject: 'Hello' }),
    async ended() {
      const attempts = [{ outcome: 'accepted', number: 1 } as const];
      const id = await knownCampaign(api.db, {
        name: 'Ended',
        startedAt: `now() - interval '1 hour'`,
        recipients: [
          { address: 'bo@example.com', status: 'sent', attempts },
          { address: 'cy@example.com', status: 'failed', code: 'timeout', attempts: [{ outcome: 'permanent', number: 1 }] },
          { address: 'di@example.com', status: 'failed', code: 'outcome_unknown', attempts: [{ outcome: 'unknown', number: 1 }] },
        ],
      });
      const [sent, failed, unknown] = await sql<{ id: number }>('select id from recipients where campaign_id = $1 order by id', [id]);
      return { id, sent: sent?.id as number, failed: failed?.id as number, unknown: unknown?.id as number };
    },
    other: (role = 'marketer') => somebody(api.db, `Somebody-${randomUUID().slice(0, 8)}`, role),
    async stop() {
      await Promise.all([sandbox.stop(), receiver.stop()]);
      await api.drop();
    },
  };
}
