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
  code?: string;
  status?: number;
  detail?: string;
  errors?: { path: string; message: string }[];
}

/** Nobody, or not in time: what was asked for may have been done. */
class NoAnswer extends Error {
  override name = 'NoAnswer';
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
    return (await answerOf(response, 'application/json', this.#url).json()) as ImportReport;
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
  async retry(id: number, codes?: readonly string[]): Promise<{ retried: number; retries_left: number }> {
    // A second round is a second message: with the same key it is the same one, whether or not the first answer was lost.
    const once = { 'Idempotency-Key': randomUUID() };
    const ask = () => this.#json<{ retried: number; retries_left: number }>('POST', `/campaigns/${id}/retry`, { codes }, once);
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
    return ask().catch((error: unknown) => {
      if (!(error instanceof NoAnswer)) throw error;
      const page = `${this.#url}/campaigns/${id}`;
      throw new Error(`${error.message}\nLook at ${page} whether it is sent again already, before you start this command once more.`, {
        cause: error,
      });
    });
  }

  people(query: Record<string, string>): Promise<PeoplePage> {
    return this.#json('GET', `/people?${new URLSearchParams(query)}`);
  }

  /** The ledger as CSV. The body ends in an error where it was cut off. */
  async export(id: number, query: URLSearchParams): Promise<ReadableStream> {
    const response = await this.#call('GET', `/campaigns/${id}/export.csv?${query}`, {});
    return answerOf(response, 'text/csv', this.#url).body as ReadableStream;
  }

  async #json<T>(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<T> {
    const response = await this.#call(method, path, {
      headers: { ...headers, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await answerOf(response, 'application/json', this.#url).json()) as T;
  }

  async #call(method: string, path: string, init: RequestInit & { duplex?: 'half' }): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${this.#key}`);
    if (method === 'POST' && !headers.has('Idempotency-Key')) headers.set('Idempotency-Key', randomUUID());
    let response: Response;
    try {
      response = await fetch(`${this.#url}/api/v1${path}`, { ...init, method, headers, redirect: 'manual' });
    } catch (error) {
      throw new NoAnswer(`No Rollcall answers at ${this.#url}. Start it with npm start, or name another with --url.`, { cause: error });
    }
    if (response.ok) return response;
    // Followed, a POST becomes a GET that looks as if it were done.
    if (response.status >= 300 && response.status < 400) {
      const to = response.headers.get('location') ?? '';
      const origin = URL.canParse(to, this.#url) ? new URL(to, this.#url).origin : to;
      throw new Error(`${this.#url} leads to ${origin}. If that is the Rollcall you mean, name it with --url.`);
    }
    throw await refusal(response, this.#url);
  }
}

/** A 200 of something else (a proxy's page to sign in) is no answer. */
function answerOf(response: Response, type: string, url: string): Response {
  if (response.headers.get('content-type')?.startsWith(type)) return response;
  void response.body?.cancel();
  throw notRollcall(response, url);
}

const notRollcall = ({ status }: Response, url: string) =>
  new Error(`What answers at ${url} is not Rollcall, or something is in between (status ${status}).`);

async function refusal(response: Response, url: string): Promise<Error> {
  const problem = (await response.json().catch(() => ({}))) as ProblemJson;
  if (!problem.detail || !problem.code) return notRollcall(response, url);
  const fields = problem.errors?.map(({ path, message }) => `  ${path}: ${message}`) ?? [];
  const text = fields.length > 0 ? fields.join('\n') : problem.detail;
  return response.status >= 500 || response.status === 401 || response.status === 429
    ? new Error(text)
    : new BadInput(text, { cause: problem.code });
}
