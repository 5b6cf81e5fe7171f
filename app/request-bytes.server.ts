import { data, type UploadHandler, unstable_parseMultipartFormData } from '@remix-run/node';
import { isProblem, Problem } from './domain/problem.ts';
import { unstorable } from './domain/storable.ts';
import { isText } from './request-gate.server.ts';

/** The editor's form holds two contents of up to 1 MB, and three bytes for each of their letters that is not a Latin one. */
const MAX_FORM_BYTES = 8_000_000;

/**
 * The body's bytes as they came, never more of them in memory than `maxBytes`. The rest of a body that is too long is left to the server:
 * giving up the stream would cut the connection, and with it the answer that says what is wrong.
 *
 * @throws Problem 413
 */
export async function readBytes(request: Request, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  if (!reader) return Buffer.alloc(0);
  let tooLarge = Number(request.headers.get('content-length') ?? 0) > maxBytes;
  while (!tooLarge) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    chunks.push(value);
    size += value.byteLength;
    tooLarge = size > maxBytes;
  }
  const most = maxBytes < 1_000_000 ? `${Math.round(maxBytes / 1_000)} kB` : `${maxBytes / 1_000_000} MB`;
  throw new Problem(413, 'too_large', `The request is too large; the most is ${most}.`);
}

/** A page's form. Throws what its error page shows: 413, or 400 for what is no form, and for texts that cannot be stored. */
export async function readForm(request: Request, maxBytes = MAX_FORM_BYTES): Promise<FormData> {
  const type = request.headers.get('content-type') ?? '';
  try {
    const bytes = await readBytes(request, maxBytes);
    const form = await new Response(new Uint8Array(bytes), { headers: { 'Content-Type': type } }).formData();
    // The reader puts a mark in place of what is no UTF-8: somebody's words would be kept as others.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const broken = type.startsWith('application/x-www-form-urlencoded') && !isText(text);
    if (broken || [...form].flat().some((part) => typeof part === 'string' && unstorable(part))) throw new TypeError('no text');
    return form;
  } catch (error) {
    if (isProblem(error)) throw data({ detail: error.message }, { status: error.status });
    if (!(error instanceof TypeError)) throw error;
    throw data({ detail: 'This form could not be read. Reload the page and try again.' }, { status: 400 });
  }
}

/** A form with a file, part by part while it arrives. @throws Problem 400 for what is no such form, or broke off */
export async function readParts(request: Request, use: UploadHandler): Promise<void> {
  try {
    await unstable_parseMultipartFormData(request, use);
  } catch (error) {
    // The parser's errors have no class of their own.
    if (!(error instanceof Error) || !/^malformed multipart|^Could not parse content as FormData/.test(error.message)) throw error;
    throw new Problem(400, 'invalid', 'The file did not arrive whole. Nothing was imported; choose it again.');
  }
}
