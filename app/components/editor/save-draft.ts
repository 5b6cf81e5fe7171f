import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { DraftChange } from '#app/domain/campaigns/draft-changes.ts';
import type { FieldError } from '#app/domain/problem.ts';
import { type Draft, patchOf } from './draft.ts';

/** What became of a request of the editor. */
export type Answer<T> =
  | { kind: 'ok'; value: T }
  /** Another revision than was named, or no draft any more: ask how it is. */
  | { kind: 'stale' }
  | { kind: 'signed-out' }
  /** No connection, or a server that cannot just now: the same again later. */
  | { kind: 'away' }
  | { kind: 'refused'; status: number; message: string; errors: FieldError[] };

/** As it is now, and what others did to it since. */
export interface DraftNews {
  campaign: CampaignJson;
  changes: DraftChange[];
}

/** Saves fields under the revision that they were written on. */
export const saveDraft = (id: number, changes: Partial<Draft>, revision: number): Promise<Answer<CampaignJson>> =>
  ask(`/api/v1/campaigns/${id}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json', 'If-Match': `"${revision}"` },
    body: JSON.stringify(patchOf(changes)),
  });

export const changeChannel = (id: number, channel: string, revision: number): Promise<Answer<CampaignJson>> =>
  ask(`/api/v1/campaigns/${id}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json', 'If-Match': `"${revision}"` },
    body: JSON.stringify({ channel }),
  });

export const draftNews = (id: number, since: number): Promise<Answer<DraftNews>> => ask(`/campaigns/${id}/changes?since=${since}`, {});

export const deleteDraft = (id: number, revision: number): Promise<Answer<null>> =>
  ask(`/api/v1/campaigns/${id}`, { method: 'DELETE', headers: { 'If-Match': `"${revision}"` } });

export interface SendOrder {
  revision: number;
  scheduled_at?: string;
  time_zone?: string;
}

/** @param key the same for the same press: an answer that was lost is answered again, and nothing is sent twice */
export const sendDraft = (id: number, order: SendOrder, key: string): Promise<Answer<CampaignJson>> =>
  ask(`/api/v1/campaigns/${id}/send`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify(order),
  });

async function ask<T>(url: string, init: RequestInit): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch {
    return { kind: 'away' };
  }
  const { status } = response;
  if (status === 204) return { kind: 'ok', value: null as T };
  const body = (await response.json().catch(() => null)) as (T & { detail?: string; errors?: FieldError[] }) | null;
  if (response.ok && body) return { kind: 'ok', value: body };
  if (status === 401) return { kind: 'signed-out' };
  if (status === 412) return { kind: 'stale' };
  // An answer that is none of ours comes from something in between.
  if (status >= 500 || status === 429 || !body?.detail) return { kind: 'away' };
  return { kind: 'refused', status, message: body.detail, errors: body.errors ?? [] };
}
