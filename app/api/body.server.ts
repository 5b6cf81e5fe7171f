import { Problem } from '../domain/problem.ts';
import { readBytes } from '../request-bytes.server.ts';

/** Content has at most 1 MB for html and text each as stored; what is longer as JSON than this is refused while it arrives. */
export const MAX_JSON_BYTES = 1_500_000;

export function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The raw bytes of a JSON body. @throws Problem 413, 415 */
export async function readJsonBytes(request: Request): Promise<Uint8Array> {
  const bytes = await readBytes(request, MAX_JSON_BYTES);
  if (bytes.byteLength > 0 && mediaType(request) !== 'application/json') {
    throw new Problem(415, 'unsupported_media_type', 'Send the body as JSON, with "Content-Type: application/json".');
  }
  return bytes;
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
