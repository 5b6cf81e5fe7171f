import { type APIRequestContext, expect, type Page } from '@playwright/test';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { RecipientJson } from '#app/domain/recipients/recipient.ts';
import { admin, apiKey } from '#tests/support/product.ts';

const sandbox = `http://127.0.0.1:${process.env.E2E_SANDBOX_PORT ?? 3112}`;
const headers = { authorization: `Bearer ${apiKey}` };

export async function signIn(page: Page): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('Email').fill(admin.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(admin.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).not.toHaveURL(/\/login/);
}

/** What every email request meets, beside what addresses script for themselves: latency makes a campaign slow enough to watch. */
export async function emailFaults(request: APIRequestContext, faults: Record<string, number | boolean>): Promise<void> {
  const answer = await request.put(`${sandbox}/sandbox/faults`, { data: { email: faults, sms: {} } });
  expect(answer.ok(), await answer.text()).toBe(true);
}

async function call<T>(request: APIRequestContext, method: 'GET' | 'POST', path: string, data?: unknown): Promise<T> {
  const answer = await request.fetch(`/api/v1${path}`, { method, headers, ...(data === undefined ? {} : { data }) });
  expect(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
  return (await answer.json()) as T;
}

export const api = {
  campaign: (request: APIRequestContext, id: number) => call<CampaignJson>(request, 'GET', `/campaigns/${id}`),
  recipients: (request: APIRequestContext, id: number, query = '') =>
    call<{ data: RecipientJson[] }>(request, 'GET', `/campaigns/${id}/recipients?limit=500&${query}`),
  act: (request: APIRequestContext, id: number, act: 'send' | 'pause' | 'resume' | 'cancel') =>
    call<CampaignJson>(request, 'POST', `/campaigns/${id}/${act}`, {}),
};

/** Imports the addresses into a new campaign and sends it; the sandbox decides what becomes of each. */
export async function sendTo(
  request: APIRequestContext,
  name: string,
  addresses: readonly string[],
  settings: { max_retries?: number; unknown_policy?: 'resend' | 'hold'; html?: string } = {},
): Promise<number> {
  const { id } = await call<CampaignJson>(request, 'POST', '/campaigns', {
    name,
    channel: 'email',
    subject: 'Hello {{ first_name }}',
    html: '<!doctype html><style>p { color: rgb(84, 79, 210) }</style><p>Hello {{ first_name }}, good to see you.</p>',
    from: 'news@example.com',
    ...settings,
  });
  const people = addresses.map((address, i) => ({ address, first_name: `Person ${i + 1}` }));
  await call(request, 'POST', `/campaigns/${id}/recipients`, people);
  await api.act(request, id, 'send');
  return id;
}

/** `n` ordinary addresses. */
export function people(n: number): string[] {
  return Array.from({ length: n }, (_, i) => `person${String(i + 1).padStart(4, '0')}@example.com`);
}
