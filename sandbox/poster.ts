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

const retryDelaysMs = [200, 1000, 2000];
/** The providers go on for a day; an absent receiver must not fill a developer's memory for so long. */
const giveUpAfterMs = 90_000;

/** Posts to Rollcall, again and again on anything but 2xx, as the providers do. */
export class Poster {
  stats: PosterStats = { posted: 0, failed: 0 };
  inFlight = 0;
  #agent = new Agent({ connections: 32, pipelining: 1, headersTimeout: 10_000, bodyTimeout: 10_000 });
  #closing = new AbortController();

  /** True once it was taken. Never throws. */
  async post(post: Post): Promise<boolean> {
    this.inFlight += 1;
    const started = Date.now();
    try {
      for (let attempt = 0; ; attempt++) {
        if (await this.#once(post)) {
          this.stats.posted += 1;
          return true;
        }
        if (this.#closing.signal.aborted || Date.now() - started > giveUpAfterMs) break;
        const delay = retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)];
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
