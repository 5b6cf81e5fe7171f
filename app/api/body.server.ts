import { Problem } from '../domain/problem.ts';

/** Content has at most 1 MB for html and text each as stored; what is longer as JSON than this is refused while it arrives. */
export const MAX_JSON_BYTES = 1_500_000;

export function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The raw bytes of a JSON body. @throws Problem 413, 415 */
export async function readJsonBytes(request: Request): Promise<Uint8Array> {
  const tooLarge = () => new Problem(413, 'too_large', 'The request is too large; the most is 1.5 MB of JSON.');
  if (Number(request.headers.get('content-length') ?? 0) > MAX_JSON_BYTES) throw tooLarge();

  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_JSON_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  if (size > 0 && mediaType(request) !== 'application/json') {
    throw new Problem(415, 'unsupported_media_type', 'Send the body as JSON, with "Content-Type: application/json".');
  }
  return Buffer.concat(chunks);
}

/** What the bytes say; an empty body is an empty object. @throws Problem 400 */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem(400, 'invalid_json', 'The body is not valid JSON.');
  }
}
