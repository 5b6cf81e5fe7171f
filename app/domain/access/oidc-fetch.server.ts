import { AsyncLocalStorage } from 'node:async_hooks';
import type { CustomFetch } from 'openid-client';

/** Bytes of one answer of the provider, as they are once unpacked: keys and claims are a few thousand. */
const MOST_BYTES = 256 * 1_024;
/** ms for all that one coming back asks of the provider: up to four answers, one after the other. */
const ALL_MS = 20_000;

const deadlines = new AsyncLocalStorage<AbortSignal>();

/** Whatever `work` asks of the provider has this long, together. @param allMs for tests */
export const withinAll = <T>(work: () => Promise<T>, allMs = ALL_MS): Promise<T> => deadlines.run(AbortSignal.timeout(allMs), work);

/** Asks the provider: with the deadline of one answer, which the library sets, and that of all; and reads no endless answer. */
export const boundedFetch: CustomFetch = async (url, options) => {
  const signals = [options.signal, deadlines.getStore()].filter((signal) => signal !== undefined);
  const answer = await fetch(url, { ...options, signal: AbortSignal.any(signals) } as RequestInit);
  if (!answer.body) return answer;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new Error(`an answer of the provider has more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  const { status, statusText, headers } = answer;
  return new Response(Buffer.concat(chunks), { status, statusText, headers });
};
