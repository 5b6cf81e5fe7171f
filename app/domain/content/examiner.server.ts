import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { Problem } from '../problem.ts';
import type { Examination } from './examine-content.ts';
import { type Content, contentFields } from './parse-content.ts';
import type { MessageRecipient } from './render-message.ts';

/** Far more than any content takes: reading is limited in tags, rendering in steps. */
const DEADLINE_MS = 10_000;
const MAX_WAITING = 100;

let thread: Worker | null = null;
let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

/**
 * Examines a content in a thread of its own, one after the other.
 *
 * @throws Problem 503 with more than a hundred waiting
 */
export function examine(content: Content, recipient: MessageRecipient | null): Promise<Examination> {
  if (waiting >= MAX_WAITING) {
    return Promise.reject(
      new Problem(503, 'unavailable', 'Many contents are being checked at the moment. Try again in a few seconds.', { retryAfterS: 3 }),
    );
  }
  waiting++;
  const examined = last.then(() => inThread(content, recipient)).finally(() => waiting--);
  last = examined.catch(() => {});
  return examined;
}

function inThread(content: Content, recipient: MessageRecipient | null): Promise<Examination> {
  const worker = thread ?? start();
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      worker.unref();
      worker.off('message', answered);
      worker.off('error', failed);
    };
    const answered = ({ examination, error }: { examination?: Examination; error?: string }) => {
      end();
      if (examination) resolve(examination);
      else reject(new Error(error));
    };
    const failed = (error: Error) => {
      thread = null;
      end();
      reject(error);
    };
    const timer = setTimeout(() => {
      thread = null;
      end();
      void worker.terminate();
      resolve(tooLong(content));
    }, DEADLINE_MS);
    worker.ref();
    worker.on('message', answered);
    worker.on('error', failed);
    worker.postMessage({ content, recipient });
  });
}

function start(): Worker {
  const worker = new Worker(path.join(root(), 'app/domain/content/examine-worker.server.ts'));
  thread = worker;
  worker.once('exit', () => {
    if (thread === worker) thread = null;
  });
  return worker;
}

/** This file is part of the routes' bundle, too, which lies elsewhere than the sources. */
function root(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return folder;
}

function tooLong(content: Content): Examination {
  const field = contentFields(content).find(({ template }) => template && /\{[{%]/.test(template))?.field ?? 'text';
  const message = 'The template takes too long to be checked. Look for loops, and for columns or texts that are put together many times.';
  return {
    problems: [{ field, message, severity: 'error' }],
    subject: null,
    html: null,
    text: null,
    unsubscribes: false,
    needed: [],
  };
}
