import { AsyncLocalStorage } from 'node:async_hooks';
import type { Exchange, OutgoingRequest } from './exchange.ts';
import type { Transport } from './transport.server.ts';

interface Call {
  signal: AbortSignal | undefined;
  exchange: Exchange | null;
}

const calls = new AsyncLocalStorage<Call>();

/** One call of an SDK and the HTTP exchange it led to; null when the SDK gave up before asking for one. */
export interface CallEnd {
  exchange: Exchange | null;
  /** What the SDK itself made of it: for logs only, and not yet redacted. */
  error: unknown;
}

/**
 * Runs an SDK call and hands back the exchange below it. The SDKs' own results and errors are not used: they drop headers, carry
 * credentials, and report a message that was accepted as failed when its answer was cut.
 */
export async function follow(signal: AbortSignal | undefined, sdkCall: () => Promise<unknown>): Promise<CallEnd> {
  const call: Call = { signal, exchange: null };
  try {
    await calls.run(call, sdkCall);
    return { exchange: call.exchange, error: null };
  } catch (error) {
    return { exchange: call.exchange, error };
  }
}

/** For the transport side of an SDK: makes the request on behalf of the running `follow`. */
export async function exchangeOfCall(transport: Transport, request: OutgoingRequest): Promise<Exchange> {
  const call = calls.getStore();
  const exchange = await transport.exchange(request, call?.signal);
  if (call) call.exchange = exchange;
  return exchange;
}
