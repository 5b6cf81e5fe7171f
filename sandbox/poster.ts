import { Agent, request } from 'undici';

export interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface PosterStats {
  posted: number;
  failed: number;
}

const retryDelaysMs = [200, 1000, 3000];
const failuresBeforePause = 20;
const pauseMs = 5000;

/**
 * Posts to Rollcall, with a few retries on anything but 2xx. A receiver that keeps failing is left alone for some seconds, so that an
 * absent one costs the sandbox nothing.
 */
export class Poster {
  stats: PosterStats = { posted: 0, failed: 0 };
  inFlight = 0;
  #agent = new Agent({ connections: 32, pipelining: 1, headersTimeout: 10_000, bodyTimeout: 10_000 });
  #closing = new AbortController();
  #failures = 0;
  #pausedUntil = 0;

  get paused(): boolean {
    return Date.now() < this.#pausedUntil;
  }

  /** True once it was taken. Never throws. */
  async post(post: Post): Promise<boolean> {
    this.inFlight += 1;
    try {
      for (let attempt = 0; ; attempt++) {
        if (await this.#once(post)) {
          this.stats.posted += 1;
          this.#failures = 0;
          return true;
        }
        this.#failures += 1;
        if (this.#failures >= failuresBeforePause) this.#pausedUntil = Date.now() + pauseMs;
        const delay = retryDelaysMs[attempt];
        if (delay === undefined || this.paused || this.#closing.signal.aborted) break;
        await new Promise((resolve) => setTimeout(resolve, delay).unref());
      }
      this.stats.failed += 1;
      return false;
    } finally {
      this.inFlight -= 1;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#agent.destroy();
  }

  async #once({ url, headers, body }: Post): Promise<boolean> {
    try {
      const response = await request(url, { method: 'POST', headers, body, dispatcher: this.#agent, signal: this.#closing.signal });
      await response.body.dump();
      return response.statusCode >= 200 && response.statusCode < 300;
    } catch {
      return false;
    }
  }
}
