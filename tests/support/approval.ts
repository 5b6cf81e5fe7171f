import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { createApiKey } from '#app/domain/access/api-keys.server.ts';
import type { Role } from '#app/domain/access/roles.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { cloneCampaignRecipients } from '#tasks/clone-recipients.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { numbered } from '#tests/support/campaigns.ts';
import { ruleOf, type Somebody, signedIn } from '#tests/support/people.ts';

/** Ana writes, Ben and Cleo approve, Dan administers, Sue supports. */
export let api: TestApi;
export let ana: Somebody;
export let ben: Somebody;
export let cleo: Somebody;
export let dan: Somebody;
export let sue: Somebody;
/** For the head of a test file: people, an API of its own, and before each test the rule of more than 2 people. */
export function withApproval(): void {
  beforeAll(async () => {
    api = await startApi({ WEBHOOK_ALLOW_PRIVATE: '1' });
    ana = await signedIn(api.context, 'Ana', 'marketer');
    ben = await signedIn(api.context, 'Ben', 'marketer');
    cleo = await signedIn(api.context, 'Cleo', 'marketer');
    dan = await signedIn(api.context, 'Dan', 'admin');
    sue = await signedIn(api.context, 'Sue', 'support');
  });
  afterAll(() => api.drop());
  beforeEach(async () => {
    await ruleOf(api.db, { more_than: 2 });
    await sql(
      `update app_users set banned = false, role = case name when 'Dan' then 'admin' when 'Sue' then 'support' else 'marketer' end`,
    );
    await sql('update api_keys set revoked_at = null');
    for (const { program, viewer } of [ana, ben, cleo, dan, sue]) {
      for (const { id } of [program, viewer]) await api.context.auth.calls.delete(id);
    }
    api.context.auth.forgetAccess();
  });
}

export const sql = (text: string, values: unknown[] = []) => api.db.pool.query(text, values);
const HOUR_MS = 3_600_000;
export const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();

export interface Answer {
  status: number;
  code?: string;
  detail: string;
  campaign: CampaignJson;
  body: Record<string, unknown>;
}

/** What somebody's program asks of a campaign; what they decide they do themselves, in the browser. */
export async function ask(by: Somebody | string, id: number, rest: string, body: unknown = {}, method = 'POST'): Promise<Answer> {
  const how =
    typeof by === 'string' ? { key: by } : rest.startsWith('/approval/') ? { key: null, headers: by.browser ?? {} } : { key: by.key };
  const response = await api.call(method, `/campaigns/${id}${rest}`, { body, ...how });
  const text = await response.text();
  const parsed = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
  return {
    status: response.status,
    code: parsed.code as string,
    detail: String(parsed.detail ?? ''),
    campaign: parsed as unknown as CampaignJson,
    body: parsed,
  };
}
export const now = async (id: number) => (await (await api.call('GET', `/campaigns/${id}`)).json()) as CampaignJson;
/** Another key of theirs. */
export const keyOf = async (who: Somebody, role: Role = 'admin') =>
  (await createApiKey(api.db, { name: 'Second', role, createdBy: null, ownerId: who.viewer.id })).key;
export const list = (addresses: string[]) => addresses.map((address) => ({ address }));

export async function draft(by: Somebody = ana, people = 3): Promise<number> {
  const body = { name: 'Harvest', channel: 'email', subject: 'One', text: 'Good day.', from: 'news@example.com' };
  const { id } = (await (await api.call('POST', '/campaigns', { body, key: by.key })).json()) as CampaignJson;
  await api.call('POST', `/campaigns/${id}/recipients`, { body: list(numbered(people)), key: by.key });
  return id;
}
export async function asked(order: object = {}, by = ana): Promise<{ id: number; hash: string }> {
  const id = await draft(by);
  const answer = await ask(by, id, '/approval', order);
  expect(answer.detail).toBe('');
  return { id, hash: answer.campaign.approval?.hash as string };
}
export async function approved(order: object = {}): Promise<{ id: number; hash: string }> {
  const made = await asked(order);
  expect((await ask(ben, made.id, '/approval/approve', { hash: made.hash })).detail).toBe('');
  return made;
}
export async function clone(by: Somebody, id: number): Promise<number> {
  const { campaign } = await ask(by, id, '/clone');
  await cloneCampaignRecipients(api.db)({ campaign_id: id, clone_id: campaign.id, recipients: 'all' }, {} as never);
  return campaign.id;
}
export const kinds = async (id: number) =>
  ((await (await api.call('GET', `/campaigns/${id}/activity`)).json()) as { data: { kind: string; text: string }[] }).data;
