import { isUtf8 } from 'node:buffer';
import { Problem } from '../problem.ts';

/** Bytes that one row may have. More is a quotation mark left open, or no contact file. */
export const MAX_ROW_BYTES = 1024 * 1024;

const LF = 10;
const CR = 13;

/**
 * Turns the bytes of a text file into UTF-8 in blocks of whole lines, in bounded memory.
 *
 * UTF-16 is known by its byte order mark. Everything else is decided line by line, since a stream cannot be asked what comes later:
 * valid UTF-8 is UTF-8, and a line that is not is Windows-1252 (a superset of Latin-1). A Windows-1252 line that happens to be
 * valid UTF-8 would have to contain pairs like "Ã©", which no name does.
 *
 * @throws Problem 422 for binary data, and for a line beyond {@link MAX_ROW_BYTES}
 */
export async function* decodeLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let decode: ((block: Buffer) => Buffer) | null = null;
  let held: Buffer = Buffer.alloc(0);
  let line = 1;
  for await (const chunk of chunks) {
    let bytes: Buffer = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (!decode) {
      if (bytes.length < 4) {
        held = bytes;
        continue;
      }
      const start = readStart(bytes);
      decode = start.decode;
      bytes = bytes.subarray(start.bomLength);
    }
    const utf16 = decode !== decodeEightBit;
    const end = utf16 ? bytes.length : Math.max(bytes.lastIndexOf(LF), bytes.lastIndexOf(CR)) + 1;
    held = bytes.subarray(end);
    if (end > 0) {
      yield checkText(decode(bytes.subarray(0, end)), line);
      line += countLines(bytes.subarray(0, end));
    }
    if (held.length > MAX_ROW_BYTES) {
      throw rowTooLong(line);
    }
  }
  if (!decode) {
    const start = readStart(held);
    decode = start.decode;
    held = held.subarray(start.bomLength);
  }
  const rest = decode(held);
  if (rest.length > 0) {
    yield checkText(rest, line);
  }
}

export function rowTooLong(line: number): Problem {
  return new Problem(
    422,
    'row_too_long',
    `The row that starts on line ${line} is longer than 1 MB. Often a quotation mark (") before it is never closed. Correct that row and import the file again; nothing was imported.`,
  );
}

function readStart(bytes: Buffer): { decode: (block: Buffer) => Buffer; bomLength: number } {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return { decode: decodeEightBit, bomLength: 3 };
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    const decoder = new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be', { ignoreBOM: true });
    return { decode: (block) => Buffer.from(decoder.decode(block, { stream: true })), bomLength: 2 };
  }
  if (bytes.toString('latin1', 0, 4) === 'PK\u0003\u0004') {
    throw notText('It is an Excel workbook or another packed file. Save it as CSV ("CSV UTF-8" in Excel) and import that.');
  }
  if (bytes.toString('latin1', 0, 4) === '%PDF') {
    throw notText('It is a PDF document. Export the contacts as CSV and import that.');
  }
  return { decode: decodeEightBit, bomLength: 0 };
}

function notText(what: string): Problem {
  return new Problem(422, 'not_text', `This is not a text file. ${what} Nothing was imported.`);
}

/** Text has no NUL; binary data and UTF-16 without a byte order mark are full of them. */
function checkText(text: Buffer, line: number): Buffer {
  if (text.includes(0)) {
    throw notText(`There is a NUL byte near line ${line}. Save the contacts as CSV in UTF-8 and import that.`);
  }
  return text;
}

const windows1252 = new TextDecoder('windows-1252');

function decodeEightBit(block: Buffer): Buffer {
  return isUtf8(block) ? block : decodeLineByLine(block);
}

function decodeLineByLine(block: Buffer): Buffer {
  const lines: Buffer[] = [];
  for (let start = 0; start < block.length; ) {
    const newline = block.indexOf(LF, start);
    const end = newline === -1 ? block.length : newline + 1;
    const line = block.subarray(start, end);
    lines.push(isUtf8(line) ? line : Buffer.from(windows1252.decode(line)));
    start = end;
  }
  return Buffer.concat(lines);
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    lines++;
  }
  return lines;
}
