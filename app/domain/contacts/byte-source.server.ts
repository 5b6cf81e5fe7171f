import { Readable } from 'node:stream';
import type { ReadableStream as NodeWebStream } from 'node:stream/web';
import { setImmediate } from 'node:timers/promises';
import { Problem } from '../problem.ts';

/** Where a file's bytes come from: a request's body, a file, or chunks made by hand. */
export type ByteSource = Readable | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

const MAX_CHUNK = 128 * 1024;
const IDLE_MS = 60_000;
/** A byte now and then is no upload: it would keep a place from others for hours. */
const SLOW_AFTER_S = 120;
const LEAST_BYTES_PER_S = 512;

/**
 * The bytes of a source in pieces of at most 128 KiB, so that nobody's single huge chunk keeps the event loop busy.
 * A sender that stays silent for a minute is given up (408), and so is one that only trickles.
 *
 * Whoever stops early ends the source, but for a request's body: that is read on and thrown away, since closing a connection in the middle
 * of an upload would take the answer, which says what is wrong with the file, away from its sender.
 */
export async function* readChunks(source: ByteSource, idleMs = IDLE_MS): AsyncGenerator<Buffer> {
  const stream = toReadable(source);
  const upload = !(source instanceof Readable) && 'getReader' in source;
  let waiting = true;
  let received = 0;
  const began = performance.now();
  let busyMs = 0;
  const timer = setTimeout(() => {
    if (waiting) {
      stream.destroy(new Problem(408, 'timeout', 'The upload stopped: nothing arrived for a minute. Nothing was imported; try again.'));
    } else {
      timer.refresh(); // the database is slow, not the sender
    }
  }, idleMs);
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: !upload })) {
      waiting = false;
      const arrived = performance.now();
      received += chunk.length;
      const waitedS = (arrived - began - busyMs) / 1000;
      if (waitedS > SLOW_AFTER_S && received < waitedS * LEAST_BYTES_PER_S) {
        throw new Problem(
          408,
          'timeout',
          'The upload is too slow to come to an end. Nothing was imported; try again over a faster connection.',
        );
      }
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      for (let start = 0; start < bytes.length; start += MAX_CHUNK) {
        yield bytes.subarray(start, start + MAX_CHUNK);
        // A source that always has more would otherwise let nobody else have a turn.
        await setImmediate();
      }
      waiting = true;
      busyMs += performance.now() - arrived;
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
    if (!stream.readableEnded && !stream.destroyed) {
      stream.on('error', () => {}).resume(); // nobody is left who would want to know
    }
  }
}

function toReadable(source: ByteSource): Readable {
  if (source instanceof Readable) {
    return source;
  }
  return 'getReader' in source ? Readable.fromWeb(source as NodeWebStream) : Readable.from(source, { objectMode: true });
}
