import { createHash } from 'node:crypto';
import type { Database } from '#db/database.ts';
import {
  giveUpKey,
  type KeptAnswer,
  type KeyId,
  keepAnswer,
  keptAnswer,
  LEASE_S,
  releaseKey,
  renewKey,
  takeKey,
} from '../domain/idempotency-keys.server.ts';
import { Problem } from '../domain/problem.ts';

/** One POST call that carries an Idempotency-Key. */
export interface KeyedCall extends KeyId {
  /** SHA-256 of what is known of the request before it runs: all of it, or of an upload what stands around its body. */
  hash: Buffer;
  /** An upload's body, which is told apart by what passed when it was read. */
  body?: PassedBody;
  /** The path that tells whether it took effect. */
  lookAt: string;
}

/** A body that is handed on as it arrives, and remembered as its SHA-256. */
export class PassedBody {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #hash = createHash('sha256');
  /** null until all of it has passed. */
  digest: Buffer | null = null;

  constructor(source: ReadableStream<Uint8Array>) {
    this.stream = source.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          this.#hash.update(chunk);
          controller.enqueue(chunk);
        },
        flush: () => {
          this.digest = this.#hash.digest();
        },
      }),
    );
  }
}

/**
 * Runs a call once for each key: whoever comes later gets the first answer. What was refused before it did anything and may be asked again as
 * it is (its answer says when, or it is an upload, of which all or nothing is taken) is not kept. Where nobody knows whether it took effect (an
 * error of ours, a lost commit, a process that died while it ran) the key says so from then on, since running it again is what the key is there
 * to prevent.
 *
 * @throws Problem 409 while the first call runs, and where its outcome is unknown; 422 where the key came with another request before
 */
export async function runOnce(db: Database, call: KeyedCall, run: () => Promise<Response>): Promise<Response> {
  const holder = await takeKey(db, { viewerId: call.viewerId, route: call.route, key: call.key }, call.hash);
  if (!holder) return replay(db, call, () => runOnce(db, call, run));

  const giveUp = () => giveUpKey(db, holder).catch(() => {}); // then the lease runs out
  const renewal = setInterval(
    () => {
      // The next one comes in time, and without the lease others are told that nobody knows, until the answer is kept.
      renewKey(db, holder).catch(() => {});
    },
    (LEASE_S * 1000) / 3,
  );
  try {
    const answer = await run();
    if (isNothingDone(answer, call)) {
      await releaseKey(db, holder);
      return answer;
    }
    if (answer.status >= 500) {
      await giveUp();
      return answer;
    }
    const body = await answer.text();
    const requestHash = call.body?.digest ? Buffer.concat([call.hash, call.body.digest]) : call.hash;
    const kept = { status: answer.status, contentType: answer.headers.get('content-type'), body: withoutSecrets(body), requestHash };
    // What took effect is answered as such, also where the note of it is lost: then later ones are told that nobody knows.
    await keepAnswer(db, holder, kept).catch(() => {});
    return new Response(body || null, { status: answer.status, headers: answer.headers });
  } catch (error) {
    await giveUp();
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

function isNothingDone({ status, headers }: Response, { body }: KeyedCall): boolean {
  return headers.has('retry-after') || [408, 413, 429].includes(status) || (body !== undefined && status >= 400);
}

/** Secrets are answered once: a replay says the rest. Only an answer's own members are any; below them are people's columns. */
function withoutSecrets(body: string): string {
  if (!/"(secret|key|password|token)"/.test(body)) return body;
  const whole: unknown = JSON.parse(body);
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return body;
  const { secret, key, password, token, ...rest } = whole as Record<string, unknown>;
  return JSON.stringify(rest);
}

async function replay(db: Database, call: KeyedCall, again: () => Promise<Response>): Promise<Response> {
  const kept = await keptAnswer(db, call);
  if (!kept) return again(); // released in between
  if (await isAnother(kept, call)) {
    throw new Problem(
      422,
      'idempotency_key_reused',
      'This Idempotency-Key came with another request before. Use a new key for a new request.',
    );
  }
  if (kept.status === null && !kept.running) {
    throw new Problem(
      409,
      'idempotency_outcome_unknown',
      `The first request with this Idempotency-Key broke off, and it is not known whether it took effect. Look at ${call.lookAt}, and if it did not, send it again with a new key.`,
      { details: { look_at: call.lookAt } },
    );
  }
  if (kept.status === null) {
    throw new Problem(
      409,
      'idempotency_in_progress',
      'The first request with this Idempotency-Key is still running. Ask again in a moment.',
      { retryAfterS: 1 },
    );
  }
  const headers = new Headers({ 'Idempotency-Replayed': 'true', 'Cache-Control': 'no-store' });
  if (kept.contentType) headers.set('Content-Type', kept.contentType);
  return new Response(kept.body || null, { status: kept.status, headers });
}

/** Of an upload that was answered the body is read to its end: another file must not look as if it had been imported. */
async function isAnother({ requestHash: before, status }: KeptAnswer, { hash, body }: KeyedCall): Promise<boolean> {
  if (before === null) return false;
  if (!before.subarray(0, hash.length).equals(hash)) return true;
  if (status === null || before.length === hash.length) return false;
  await body?.stream.pipeTo(new WritableStream());
  return !before.subarray(hash.length).equals(body?.digest ?? Buffer.alloc(0));
}
