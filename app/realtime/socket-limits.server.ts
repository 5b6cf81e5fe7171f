import { RateLimiterMemory } from 'rate-limiter-flexible';

/** Connections of one viewer at once: many tabs, or a program with some threads. */
export const MOST_CONNECTIONS = 100;
/** Events of one viewer over all of their connections. */
const EVENTS = { points: 300, duration: 10 };
/** Refused events after which a connection is cut instead of answered. */
const PATIENCE = 1_000;
/** What may wait for a client that does not read. */
const MOST_WAITING = { packets: 500, bytes: 4_000_000 };

interface Connection {
  writeBuffer: { data?: unknown }[];
}

export function createSocketLimits(events = EVENTS) {
  const limiter = new RateLimiterMemory(events);
  return {
    /** May this event be served? Cuts off whoever goes on regardless. */
    async admit(viewerId: string, cut: () => void): Promise<boolean> {
      try {
        await limiter.consume(viewerId);
        return true;
      } catch {
        const { consumedPoints = 0 } = (await limiter.get(viewerId)) ?? {};
        if (consumedPoints > events.points + PATIENCE) cut();
        return false;
      }
    },
  };
}

/** Does more wait for this client than one who reads would leave? */
export function readsNothing({ writeBuffer }: Connection): boolean {
  if (writeBuffer.length > MOST_WAITING.packets) return true;
  const bytes = writeBuffer.reduce((sum, { data }) => sum + (typeof data === 'string' ? data.length : 0), 0);
  return bytes > MOST_WAITING.bytes;
}

/**
 * Shares one read among all who ask while another is under way: it begins after each of them asked, so that nobody gets what was true before.
 * At most one read a key runs, and one waits.
 */
export function shareReads<Key, Value>(read: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const running = new Map<Key, Promise<unknown>>();
  const next = new Map<Key, Promise<Value>>();

  function begin(key: Key): Promise<Value> {
    next.delete(key);
    const work = read(key);
    const done = work.then(
      () => {},
      () => {},
    );
    running.set(key, done);
    void done.then(() => {
      if (running.get(key) === done) running.delete(key);
    });
    return work;
  }

  return (key) => {
    const before = running.get(key);
    if (!before) return begin(key);
    const waiting = next.get(key) ?? before.then(() => begin(key));
    next.set(key, waiting);
    return waiting;
  };
}
