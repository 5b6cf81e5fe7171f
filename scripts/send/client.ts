import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { FailureGroup } from '#app/domain/campaigns/failure-group.ts';
import type { RetryPreview } from '#app/domain/campaigns/retry-rules.ts';
import type { ImportReport } from '#app/domain/contacts/import-report.ts';
import type { Preview } from '#app/domain/content/preview.ts';
import type { PeoplePage } from '#app/domain/people/person.ts';
import { BadInput, type Order } from './arguments.ts';

interface ProblemJson {
  status?: number;
  detail?: string;
  errors?: { path: string; message: string }[];
}

export interface Page<Row> {
  data: Row[];
  next_cursor: string | null;
}

/** Rollcall's REST API, as far as the commands need it. Throws BadInput for what the caller can put right, Error for the rest. */
export class Client {
  readonly #url: string;
  readonly #key: string;

  constructor({ url, key }: Pick<Order, 'url' | 'key'>) {
    this.#url = url;
    this.#key = key;
  }

  create(campaign: Order['campaign']): Promise<CampaignJson> {
    return this.#json('POST', '/campaigns', campaign);
  }

  campaign(id: number): Promise<CampaignJson> {
    return this.#json('GET', `/campaigns/${id}`);
  }

  /** Newest first. */
  campaigns(query: Record<string, string>): Promise<Page<CampaignJson>> {
    return this.#json('GET', `/campaigns?${new URLSearchParams(query)}`);
  }

  async discard(id: number): Promise<void> {
    await this.#call('DELETE', `/campaigns/${id}`, {});
  }

  /** Streams the file: its size does not matter. */
  async import(id: number, { path, contentType }: Order['contacts'], columns: Order['columns']): Promise<ImportReport> {
    const body = Readable.toWeb(createReadStream(path)) as ReadableStream;
    const response = await this.#call('POST', `/campaigns/${id}/recipients?${new URLSearchParams(columns)}`, {
      body,
      duplex: 'half',
      headers: { 'Content-Type': contentType },
    });
    return (await response.json()) as ImportReport;
  }

  preview(id: number): Promise<Preview> {
    return this.#json('POST', `/campaigns/${id}/preview`);
  }

  /** @param revision what was checked and confirmed; refused where the draft is another by now */
  send(id: number, revision?: number): Promise<CampaignJson> {
    return this.#json('POST', `/campaigns/${id}/send`, { revision });
  }

  async failures(id: number): Promise<FailureGroup[]> {
    return (await this.#json<{ data: FailureGroup[] }>('GET', `/campaigns/${id}/failures`)).data;
  }

  retryPreview(id: number): Promise<RetryPreview> {
    return this.#json('GET', `/campaigns/${id}/retry`);
  }

  /** @param codes failure codes to send to again; without them those that may pass */
  retry(id: number, codes?: readonly string[]): Promise<{ retried: number; retries_left: number }> {
    return this.#json('POST', `/campaigns/${id}/retry`, { codes });
  }

  people(query: Record<string, string>): Promise<PeoplePage> {
    return this.#json('GET', `/people?${new URLSearchParams(query)}`);
  }

  /** The ledger as CSV. The body ends in an error where it was cut off. */
  async export(id: number, query: URLSearchParams): Promise<ReadableStream> {
    const { body } = await this.#call('GET', `/campaigns/${id}/export.csv?${query}`, {});
    return body as ReadableStream;
  }

  async #json<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.#call(method, path, {
      ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    return (await response.json()) as T;
  }

  async #call(method: string, path: string, init: RequestInit & { duplex?: 'half' }): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${this.#key}`);
    if (method === 'POST') headers.set('Idempotency-Key', randomUUID());
    let response: Response;
    try {
      response = await fetch(`${this.#url}/api/v1${path}`, { ...init, method, headers });
    } catch (error) {
      throw new Error(`No Rollcall answers at ${this.#url}. Start it with npm start, or name another with --url.`, { cause: error });
    }
    if (response.ok) return response;
    throw await refusal(response, this.#url);
  }
}

async function refusal(response: Response, url: string): Promise<Error> {
  const problem = (await response.json().catch(() => ({}))) as ProblemJson;
  if (!problem.detail) return new Error(`What answers at ${url} is not Rollcall, or something is in between (status ${response.status}).`);
  const fields = problem.errors?.map(({ path, message }) => `  ${path}: ${message}`) ?? [];
  const text = fields.length > 0 ? fields.join('\n') : problem.detail;
  return response.status >= 500 || response.status === 401 || response.status === 429 ? new Error(text) : new BadInput(text);
}
