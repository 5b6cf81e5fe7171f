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
const SCRIPT = 'app/domain/content/examine-worker.server.ts';

type Examine = (content: Content, recipient: MessageRecipient | null) => Promise<Examination>;

/**
 * Examines a content in a thread of its own, one after the other.
 *
 * @throws Problem 503 with more than a hundred waiting
 */
export const examine = createExaminer();

/** The one that a process has; tests have their own, with other threads. */
export function createExaminer(script = SCRIPT): Examine {
  let thread: Worker | null = null;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  function start(): Worker {
    const worker = new Worker(path.resolve(root(), script));
    thread = worker;
    worker.once('exit', () => {
      if (thread === worker) thread = null;
    });
    return worker;
  }

  function inThread(content: Content, recipient: MessageRecipient | null): Promise<Examination> {
    const worker = thread ?? start();
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        worker.unref();
        worker.off('message', answered).off('error', failed).off('exit', ended);
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
      const ended = () => failed(new Error('the thread that examines contents ended'));
      const timer = setTimeout(() => {
        thread = null;
        end();
        void worker.terminate();
        resolve(tooLong(content));
      }, DEADLINE_MS);
      worker.ref();
      worker.on('message', answered).on('error', failed).on('exit', ended);
      worker.postMessage({ content, recipient });
    });
  }

  return (content, recipient) => {
    if (waiting >= MAX_WAITING) {
      return Promise.reject(
        new Problem(503, 'unavailable', 'Many contents are being checked at the moment. Try again in a few seconds.', { retryAfterS: 3 }),
      );
    }
    waiting++;
    const examined = last.then(() => inThread(content, recipient)).finally(() => waiting--);
    last = examined.catch(() => {});
    return examined;
  };
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
