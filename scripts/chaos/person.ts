import { setTimeout as delay } from 'node:timers/promises';
import type { RetryPreview } from '#app/domain/campaigns/retry-rules.ts';
import { Client } from '../send/client.ts';
import type { Cluster } from './cluster.ts';
import type { Plan } from './plan.ts';

/** What a person does to a campaign, over the REST API, and once more after a moment where the server says that it is broken. */
export interface Person {
  /** A draft with so many recipients. @returns its id */
  makeCampaign(plan: Plan, recipients: number): Promise<number>;
  send(id: number): Promise<unknown>;
  click(id: number, action: 'pause' | 'resume'): Promise<void>;
  /** Sends again to one who failed, if there is one. */
  sendToOneAgain(id: number): Promise<void>;
  /** Starts a retry round for everybody who failed. @returns whether there was anybody */
  retry(id: number): Promise<boolean>;
}

export function createPerson(cluster: Cluster): Person {
  const { url, key } = cluster;
  const client = new Client(cluster);

  const call = (path: string, init: RequestInit = {}) =>
    persistently(() => fetch(`${url}/api/v1${path}`, { ...init, headers: { Authorization: `Bearer ${key}`, ...init.headers } }));
  const get = async <T>(path: string) => (await expected(await call(path)).json()) as T;
  /** 409: a click before it went through although its answer was lost, or things have changed meanwhile. Both are fine for a person. */
  const post = async (path: string, body?: object) =>
    void expected(
      await call(path, { method: 'POST', ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }) }),
      409,
    );

  async function retryCount(id: number): Promise<number> {
    const rows = await cluster.query<{ retry_count: number }>('select retry_count from campaigns where id = $1', [id]);
    return rows[0]?.retry_count ?? 0;
  }

  return {
    async makeCampaign({ seed, channel }, recipients) {
      const { id } = await client.create({
        name: `Chaos ${seed}`,
        channel,
        text: 'Hello from the chaos suite.',
        ...(channel === 'email' && { subject: 'Hello' }),
      });
      const addresses = Array.from({ length: recipients }, (_, i) =>
        channel === 'email' ? `person${i + 1}@example.test` : `+1212${2_000_000 + i}`,
      );
      const body = `${channel}\n${addresses.join('\n')}\n`;
      expected(await call(`/campaigns/${id}/recipients`, { method: 'POST', body, headers: { 'Content-Type': 'text/csv' } }));
      return id;
    },
    send: (id) => client.send(id),
    click: (id, action) => post(`/campaigns/${id}/${action}`),
    async sendToOneAgain(id) {
      const { data } = await get<{ data: { id: number }[] }>(`/campaigns/${id}/recipients?status=failed&limit=1`);
      for (const one of data) await post(`/campaigns/${id}/recipients/${one.id}/retry`, {});
    },
    async retry(id) {
      const { by_reason } = await get<RetryPreview>(`/campaigns/${id}/retry`);
      if (by_reason.length === 0) return false;
      const before = await retryCount(id);
      await post(`/campaigns/${id}/retry`, { codes: by_reason.map(({ code }) => code) });
      return (await retryCount(id)) > before;
    },
  };
}

function expected(response: Response, also?: number): Response {
  if (response.ok || response.status === also) return response;
  throw new Error(`${new URL(response.url).pathname} was answered with ${response.status}`);
}

async function persistently(request: () => Promise<Response>): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await request().catch((error: Error) => error);
    const broken = response instanceof Error || response.status >= 500;
    if (!broken) return response;
    if (attempt === 80) throw response instanceof Error ? response : new Error(`answered with ${response.status} for 20 s`);
    await delay(250);
  }
}
