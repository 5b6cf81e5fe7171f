import type { Readable } from 'node:stream';
import type { Stage } from './stage.ts';

/** Asks the REST API as an administrator. @throws where it refuses */
export async function callApi<Answer>(
  { url, key }: Pick<Stage, 'url' | 'key'>,
  method: 'GET' | 'POST',
  path: string,
  body?: { type: string; content: string | Readable },
): Promise<Answer> {
  const headers = { authorization: `Bearer ${key}`, ...(body ? { 'content-type': body.type } : {}) };
  // Node streams, and `duplex`, are unknown to the DOM's types.
  const init = { method, headers, body: body?.content, duplex: 'half' } as unknown as RequestInit;
  const answer = await fetch(`${url}/api/v1${path}`, init);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}
