import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export function answer(res: ServerResponse, { status, headers, body = '' }: Answer): void {
  if (res.destroyed) return;
  res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  res.end(body);
}

/** The whole body as text, or null where it is longer than `limit` bytes (the rest is read and dropped). Rejects when it breaks off. */
export function readBody(req: IncomingMessage, limit: number): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
    });
    req.on('end', () =>
      resolve(size > limit ? null : (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString('utf8')),
    );
    req.on('error', reject);
    req.on('aborted', () => reject(new Error('the request broke off')));
  });
}

/** Status line, headers and the first half of the body, then the end of the connection. */
export function answerCut(res: ServerResponse, { status, headers, body }: Answer): void {
  const whole = body || '{"accepted":true}';
  res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(whole) });
  res.write(whole.slice(0, whole.length >> 1), () => res.destroy());
}
