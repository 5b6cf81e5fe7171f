import type { LookupFunction } from 'node:net';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { Agent, type Dispatcher } from 'undici';
import type { Answered, Exchange, OutgoingRequest, Unanswered } from './exchange.ts';

export interface Transport {
  /** Ends at the deadline or at `signal`, whichever is earlier. */
  exchange(request: OutgoingRequest, signal?: AbortSignal): Promise<Exchange>;
  /** Waits for running exchanges. */
  close(): Promise<void>;
}

/**
 * HTTP/1.1 over undici's dispatcher, 0.07 ms a call (axios under both SDKs: about 1 ms). No redirects, no pipelining, so that a
 * lost connection takes only one message with it.
 * @param timeoutMs whole time of an exchange, waiting for a connection included; undici's own timers and the SDKs' only watch for
 *   inactivity, which a dribbling server never shows
 */
export function createTransport({ timeoutMs, connections = 1024, maxBodyBytes = 1_048_576, lookup }: TransportOptions): Transport {
  const connect = { timeout: timeoutMs, ...(lookup && { lookup }) };
  const agent = new Agent({ connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0, connect });
  const running = new WeakMap<AbortSignal, Set<ExchangeHandler>>();
  /** One listener a signal: where each exchange has its own, taking one off looks through those of all others. */
  function runningUnder(signal: AbortSignal): Set<ExchangeHandler> {
    const handlers = running.get(signal) ?? new Set();
    if (!running.has(signal)) {
      running.set(signal, handlers);
      signal.addEventListener('abort', () => {
        for (const handler of handlers) handler.stop('stopped');
      });
    }
    return handlers;
  }
  return {
    exchange(request, signal) {
      return new Promise((resolve) => {
        const beside = signal && runningUnder(signal);
        const handler = new ExchangeHandler(resolve, timeoutMs, maxBodyBytes, beside);
        if (signal?.aborted) return handler.stop('stopped');
        try {
          const url = new URL(request.url);
          const { method, headers, body } = request;
          agent.dispatch({ origin: url.origin, path: url.pathname + url.search, method, headers, body }, handler);
        } catch (error) {
          handler.onResponseError(null, error as Error);
        }
      });
    },
    close: () => agent.close(),
  };
}

export interface TransportOptions {
  timeoutMs: number;
  connections?: number;
  maxBodyBytes?: number;
  /** Finds the addresses of a name, and may refuse them; connections go to those addresses only. Default: the system's. */
  lookup?: LookupFunction;
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  #resolve: ((exchange: Exchange) => void) | null;
  #maxBodyBytes: number;
  #beside: Set<ExchangeHandler> | undefined;
  #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | null = null;
  #status = 0;
  #headers: Answered['headers'] = {};
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(resolve: (exchange: Exchange) => void, timeoutMs: number, maxBodyBytes: number, beside?: Set<ExchangeHandler>) {
    this.#resolve = resolve;
    this.#maxBodyBytes = maxBodyBytes;
    this.#beside = beside;
    beside?.add(this);
    this.#timer = setTimeout(() => this.stop('deadline'), timeoutMs);
  }

  stop(cause: 'deadline' | 'stopped'): void {
    this.#end(cause, cause === 'deadline' ? 'no whole answer before the deadline' : 'stopped from here');
    this.#controller?.abort(new Error(cause));
  }

  /** Called just before the request's first byte is written to a connected socket; not when connecting fails. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#resolve === null) controller.abort(new Error('ended while it waited for a connection'));
    else this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Answered['headers']): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size <= this.#maxBodyBytes) {
      this.#chunks.push(chunk);
      return;
    }
    this.#answer(false);
    controller.abort(new Error('answer too large'));
  }

  onResponseEnd(): void {
    this.#answer(true);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error & { code?: string }): void {
    const invalid = error.code === 'UND_ERR_INVALID_ARG' || error.code === 'ERR_INVALID_URL';
    this.#end(invalid ? 'invalid' : 'network', describe(error));
  }

  #end(cause: Unanswered['cause'], detail: string): void {
    if (this.#status > 0) this.#answer(false);
    else this.#finish({ kind: this.#controller ? 'no_answer' : 'not_written', cause: timedOut(detail) ? 'deadline' : cause, detail });
  }

  #answer(complete: boolean): void {
    const { body, whole } = textOf(Buffer.concat(this.#chunks), String(this.#headers['content-encoding'] ?? ''), this.#maxBodyBytes);
    this.#finish({ kind: 'answered', status: this.#status, headers: this.#headers, body, complete: complete && whole });
  }

  #finish(exchange: Exchange): void {
    clearTimeout(this.#timer);
    this.#beside?.delete(this);
    this.#resolve?.(exchange);
    this.#resolve = null;
  }
}

/** Nobody is asked to compress, but proxies do. What cannot be unpacked, or grows beyond the limit, is as good as cut off. */
function textOf(bytes: Buffer, encoding: string, maxBytes: number): { body: string; whole: boolean } {
  if (bytes.length === 0 || encoding === '' || /^identity$/i.test(encoding)) return { body: bytes.toString('utf8'), whole: true };
  const unpack = { gzip: gunzipSync, 'x-gzip': gunzipSync, deflate: inflateSync, br: brotliDecompressSync }[encoding.trim().toLowerCase()];
  try {
    return { body: unpack ? unpack(bytes, { maxOutputLength: maxBytes }).toString('utf8') : '', whole: unpack !== undefined };
  } catch {
    return { body: '', whole: false };
  }
}

function timedOut(detail: string): boolean {
  return detail.startsWith('UND_ERR_CONNECT_TIMEOUT') || detail.startsWith('ETIMEDOUT');
}

/** Node joins the failures of several addresses of one host in an AggregateError whose own message is empty. */
function describe(error: Error & { code?: string; errors?: Error[] }): string {
  return [error.code, error.message || error.errors?.[0]?.message].filter(Boolean).join(' ');
}
