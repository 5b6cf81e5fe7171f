import { isUtf8 } from 'node:buffer';
import { Problem } from '../problem.ts';
import { type Encoding, guessEncoding } from './text-encoding.ts';

/** Bytes that one row may have. More is a quotation mark left open, or no contact file. */
export const MAX_ROW_BYTES = 1024 * 1024;

/** Of lines beyond ASCII; each letter of them is looked at once for each encoding. */
const GUESS_BYTES = 16 * 1024;

const LF = 10;
const CR = 13;

/** What the text was taken for; complete once all of it is read. */
export interface DecodedAs {
  encoding: Encoding;
  /** The bytes did not say it, nor did anybody: it was told from what the names would look like. */
  guessed: boolean;
  /** Of a guess: no other reading is nearly as good. */
  sure: boolean;
}

/**
 * Turns the bytes of a text file into UTF-8 in blocks of whole lines, in bounded memory.
 *
 * A byte order mark says UTF-8 or UTF-16. Else what was `declared` is obeyed. Else it is decided line by line, since a stream cannot be asked
 * what comes later: valid UTF-8 is UTF-8, and the first lines that are not tell by their words which older encoding the others are in.
 *
 * @param as is told what was found
 * @throws Problem 422 for binary data, for a line beyond {@link MAX_ROW_BYTES}, and for text that is not in the declared encoding
 */
export async function* decodeLines(
  chunks: AsyncIterable<Buffer>,
  declared: Encoding | null = null,
  as: DecodedAs = { encoding: 'utf-8', guessed: false, sure: true },
): AsyncGenerator<Buffer> {
  let decode: ((block: Buffer, line: number) => Buffer) | null = null;
  let wide = false;
  let held: Buffer = Buffer.alloc(0);
  let line = 1;
  const begin = (bytes: Buffer): Buffer => {
    const mark = readMark(bytes);
    as.encoding = mark?.encoding ?? declared ?? 'utf-8';
    wide = as.encoding.startsWith('utf-16');
    decode = wide ? decoderOfWide(as.encoding) : mark === null && declared !== null ? decoderOf(declared) : decoderByLine(as);
    return bytes.subarray(mark?.length ?? 0);
  };
  for await (const chunk of chunks) {
    let bytes: Buffer = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (!decode) {
      if (bytes.length < 4) {
        held = bytes;
        continue;
      }
      bytes = begin(bytes);
    }
    const end = wide ? bytes.length : Math.max(bytes.lastIndexOf(LF), bytes.lastIndexOf(CR)) + 1;
    held = bytes.subarray(end);
    if (end > 0) {
      yield checkText((decode as unknown as Decode)(bytes.subarray(0, end), line), line);
      line += countLines(bytes.subarray(0, end));
    }
    if (held.length > MAX_ROW_BYTES) {
      throw rowTooLong(line);
    }
  }
  if (!decode) held = begin(held);
  const rest = (decode as unknown as Decode)(withoutEnd(held), line);
  if (rest.length > 0) {
    yield checkText(rest, line);
  }
}

type Decode = (block: Buffer, line: number) => Buffer;

export function rowTooLong(line: number): Problem {
  return new Problem(
    422,
    'row_too_long',
    `The row that starts on line ${line} is longer than 1 MB. Often a quotation mark (") before it is never closed. Correct that row and import the file again; nothing was imported.`,
  );
}

/** Old programs fill a file's last block with NUL, or end it with Ctrl-Z. */
function withoutEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0 || bytes[end - 1] === 0x1a)) end--;
  return bytes.subarray(0, end);
}

function readMark(bytes: Buffer): { encoding: Encoding; length: number } | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: 'utf-8', length: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf-16be', length: 2 };
  if (bytes.toString('latin1', 0, 4) === 'PK\u0003\u0004') {
    throw notText('It is an Excel workbook or another packed file. Save it as CSV ("CSV UTF-8" in Excel) and import that.');
  }
  if (bytes.toString('latin1', 0, 4) === '%PDF') {
    throw notText('It is a PDF document. Export the contacts as CSV and import that.');
  }
  const start = bytes.toString('latin1', 0, 200).replace(/^(?:\u00ef\u00bb\u00bf)?\s+/, '');
  if (bytes.toString('latin1', 0, 4) === '\u00d0\u00cf\u0011\u00e0')
    throw notText('It is an Excel workbook. Save it as CSV ("CSV UTF-8" in Excel) and import that.');
  if (/^[[{]\s*(?:[[{]\s*)?"[^"]*"\s*:/.test(start)) {
    throw notText(
      'It is JSON. Give its name the ending .json in npm run send, or send it as application/json; on pages import CSV.',
      'table',
    );
  }
  if (/^(?:<!doctype|<html|<\?xml|<table|\{\\rtf)/i.test(start)) {
    throw notText('It is a web page or a document. Export the contacts as CSV and import that.', 'table');
  }
  if (/^BEGIN:VCARD/i.test(start)) throw notText('It is an address book (vCard). Export the contacts as CSV and import that.', 'table');
  return null;
}

function decoderOfWide(encoding: Encoding): Decode {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  return (block) => Buffer.from(decoder.decode(block, { stream: true }));
}

/** Line ends are bytes of their own in all of these, so that whole lines can be decoded one block after the other. */
function decoderOf(encoding: Encoding): Decode {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  return (block, line) => {
    try {
      return encoding === 'utf-8' && isUtf8(block) ? block : Buffer.from(decoder.decode(block));
    } catch (cause) {
      throw new Problem(
        422,
        'wrong_encoding',
        `The file is not in the encoding that was given for it (${encoding}): there is a letter after line ${line} that it does not have. Choose another, or none; nothing was imported.`,
        { cause, errors: [{ path: 'encoding', message: `The text is not in ${encoding}.` }] },
      );
    }
  };
}

function notText(what: string, kind = 'text file'): Problem {
  return new Problem(422, 'not_text', `This is not a ${kind}. ${what} Nothing was imported.`);
}

/** Text has no NUL; binary data and UTF-16 without a byte order mark are full of them. */
function checkText(text: Buffer, line: number): Buffer {
  if (text.includes(0)) {
    throw notText(`There is a NUL byte near line ${line}. Save the contacts as CSV in UTF-8 and import that.`);
  }
  return text;
}

function decoderByLine(as: DecodedAs): Decode {
  let decoder: TextDecoder | null = null;
  return (block) => {
    if (isUtf8(block)) return block;
    const lines = linesOf(block);
    if (decoder === null) {
      const strange = lines.filter((line) => !isUtf8(line));
      const { encoding, sure } = guessEncoding(Buffer.concat(strange).subarray(0, GUESS_BYTES));
      Object.assign(as, { encoding, sure, guessed: true });
      decoder = new TextDecoder(encoding);
    }
    const legacy = decoder;
    return Buffer.concat(lines.map((line) => (isUtf8(line) ? line : Buffer.from(legacy.decode(line)))));
  };
}

function linesOf(block: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < block.length; ) {
    const newline = block.indexOf(LF, start);
    const end = newline === -1 ? block.length : newline + 1;
    lines.push(block.subarray(start, end));
    start = end;
  }
  return lines;
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    lines++;
  }
  return lines;
}
