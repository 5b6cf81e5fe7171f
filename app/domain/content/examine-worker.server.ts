import { parentPort } from 'node:worker_threads';
import { examineContent } from './examine-content.ts';

/** The thread in which contents are examined (examiner.server.ts): whatever a template does, pages and API go on answering. */
parentPort?.on('message', ({ content, recipient }: { content: never; recipient: never }) => {
  try {
    parentPort?.postMessage({ examination: examineContent(content, recipient) });
  } catch (error) {
    parentPort?.postMessage({ error: String((error as Error).stack) });
  }
});
