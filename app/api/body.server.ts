import { Problem } from '../domain/problem.ts';
import { readBytes } from '../request-bytes.server.ts';

/** What is longer than this is refused while it arrives. */
export const MAX_JSON_BYTES = 1_500_000;
/** A content's html and text may have 1 MB each, and JSON takes up to three bytes for one of theirs: "\\u00e9" for "é". */
export const MAX_CONTENT_JSON_BYTES = 8_000_000;

export function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The raw bytes of a JSON body. @throws Problem 413, 415 */
export async function readJsonBytes(request: Request, maxBytes = MAX_JSON_BYTES): Promise<Uint8Array> {
  const bytes = await readBytes(request, maxBytes);
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

/** A body with a campaign's content may be long; all but html and text of it may not. @throws Problem 400, 413 */
export function parseContentJson(bytes: Uint8Array): unknown {
  const body = parseJson(bytes);
  if (bytes.byteLength > MAX_JSON_BYTES && body instanceof Object) {
    const rest = JSON.stringify({ ...body, html: undefined, text: undefined });
    if (rest.length > MAX_JSON_BYTES / 2) throw new Problem(413, 'too_large', 'The request is too large: only html and text may be long.');
  }
  return body;
}
