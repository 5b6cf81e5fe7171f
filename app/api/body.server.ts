import { type FieldError, invalid, Problem } from '../domain/problem.ts';
import { unstorable } from '../domain/storable.ts';
import { readBytes } from '../http/request-bytes.server.ts';

/** What is longer than this is refused while it arrives. */
const MAX_JSON_BYTES = 1_500_000;
/** A content's html and text may have 1 MB each, and JSON takes up to three bytes for one of theirs: "\\u00e9" for "é". */
export const MAX_CONTENT_JSON_BYTES = 8_000_000;

export function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** @throws Problem 415 for a body that is packed: nothing here unpacks it */
export function assertPlain(request: Request): void {
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (encoding.trim().toLowerCase() === 'identity') return;
  throw new Problem(415, 'unsupported_media_type', 'Send the body as it is, without Content-Encoding.');
}

/** The raw bytes of a JSON body. @throws Problem 413, 415 */
export async function readJsonBytes(request: Request, maxBytes = MAX_JSON_BYTES): Promise<Uint8Array> {
  assertPlain(request);
  const bytes = await readBytes(request, maxBytes);
  if (bytes.byteLength > 0 && mediaType(request) !== 'application/json') {
    throw new Problem(415, 'unsupported_media_type', 'Send the body as JSON, with "Content-Type: application/json".');
  }
  return bytes;
}

/** What the bytes say; an empty body is an empty object. @throws Problem 400; 422 for texts that cannot be stored */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) return {};
  const { text, value } = read(bytes);
  // In UTF-8 such characters can only be written as escapes.
  if (/\\u(?:0000|d[89a-f])/i.test(text)) {
    const errors = unstorableTexts(value);
    if (errors.length > 0) throw invalid(errors);
  }
  return value;
}

function read(bytes: Uint8Array): { text: string; value: unknown } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem(400, 'invalid_json', 'The body is not UTF-8. Write JSON as UTF-8.');
  }
  try {
    return { text, value: JSON.parse(text) };
  } catch {
    throw new Problem(400, 'invalid_json', 'The body is not valid JSON.');
  }
}

const MOST_ERRORS = 20;

/** Without recursion: a body may be nested as deep as it is long. */
function unstorableTexts(body: unknown): FieldError[] {
  const errors: FieldError[] = [];
  const left: { path: string; value: unknown }[] = [{ path: '', value: body }];
  for (let next = left.pop(); next && errors.length < MOST_ERRORS; next = left.pop()) {
    const { path, value } = next;
    if (typeof value === 'string') {
      const message = unstorable(value);
      if (message) errors.push({ path, message });
    } else if (value instanceof Object) {
      for (const [key, inner] of Object.entries(value)) {
        const message = unstorable(key);
        if (message) errors.push({ path, message: `Of a field's name: ${message}` });
        // A path is for reading: of what is nested without end its beginning is enough.
        else left.push({ path: path.length > 200 ? path : path ? `${path}.${key}` : key, value: inner });
      }
    }
  }
  return errors.reverse();
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
