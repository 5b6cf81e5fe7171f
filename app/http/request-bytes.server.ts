import { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { data } from '@remix-run/node';
import { isProblem, Problem } from '../domain/problem.ts';
import { unstorable } from '../domain/storable.ts';
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

/** What a form says beside its file, all together. */
const MAX_LOOSE_BYTES = 1_000_000;
const PIECE_BYTES = 64 * 1024;

/**
 * A form with one file, `name="file"`, handed on while it arrives, with the fields that stand before it. Everything else in the form is bounded.
 *
 * @returns false where no file was chosen
 * @throws Problem 400 for what is no such form, or broke off; what `use` throws
 */
export async function readUpload(
  request: Request,
  use: (source: Readable, fileName: string, fields: ReadonlyMap<string, string>) => Promise<unknown>,
): Promise<boolean> {
  const form = openForm(request.headers.get('content-type') ?? '');
  const fields = new Map<string, string>();
  let work: Promise<unknown> | null = null;
  let inFile = false;
  let taken: Readable | null = null;
  let fail: (error: unknown) => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    fail = reject;
    const refuse = () => reject(new Problem(400, 'invalid', 'This form holds more than one file. Nothing was imported; choose one file.'));
    form.on('field', (name, value) => fields.set(name, value));
    form.on('file', (name, file, fileName) => {
      file.on('error', () => {}); // told by the form, too
      if (fileName === '' || fileName === undefined) return void file.on('data', refuse); // a field where nobody chose a file
      if (name !== 'file' || work) return refuse();
      inFile = true;
      file.once('end', () => {
        inFile = false;
      });
      taken = file;
      const source = Readable.from(wholeFile(file, ended), { objectMode: false });
      work = use(source, fileName.replaceAll('\0', ''), fields).finally(() => file.resume());
      work.catch(reject);
    });
    for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) form.on(limit, refuse);
    form.on('error', () => reject(broken()));
    form.on('finish', resolve);
  });
  // Racing each piece against one promise would keep all of them for as long as that lives.
  let over = false;
  let stop = () => {};
  const settle = () => {
    over = true;
    stop();
  };
  ended.then(settle, settle);
  const orEnd = <T>(work: Promise<T>) =>
    new Promise<T | undefined>((resolve, reject) => {
      stop = () => resolve(undefined);
      work.then(resolve, reject);
    });
  const reader = request.body?.getReader();
  let loose = 0;
  try {
    while (reader && !over) {
      const next = await orEnd(reader.read());
      if (!next || next.done) break;
      // In pieces, so that the bytes of the file are told from those around it.
      for (let start = 0; start < next.value.byteLength && !over; start += PIECE_BYTES) {
        const piece = Buffer.from(next.value.subarray(start, start + PIECE_BYTES));
        if (!inFile) loose += piece.length;
        if (loose > MAX_LOOSE_BYTES) throw broken();
        await orEnd(new Promise<void>((resolve) => form.write(piece, () => resolve())));
      }
    }
    if (!over) form.end();
    await ended;
  } catch (error) {
    fail(error);
    (taken as Readable | null)?.destroy(error as Error); // whoever reads it takes nothing either
    throw error;
  }
  await work;
  return work !== null;
}

/**
 * The bytes of a form's file, which end only when the form has come to its end as it should: before that nobody knows whether they are all.
 * Whoever stops reading leaves the rest of the file to run through.
 */
async function* wholeFile(file: Readable, formEnded: Promise<void>): AsyncGenerator<Buffer> {
  yield* file.iterator({ destroyOnReturn: false });
  await formEnded;
}

const broken = () => new Problem(400, 'invalid', 'The file did not arrive whole. Nothing was imported; choose it again.');

function openForm(type: string) {
  try {
    return new Busboy({
      headers: { 'content-type': type },
      limits: { parts: 20, files: 3, fields: 20, fieldSize: 10_000, fieldNameSize: 100, headerPairs: 20, headerSize: 8_000 },
    });
  } catch {
    throw broken();
  }
}
