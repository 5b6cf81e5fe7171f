import { type InfoRecord, Parser } from 'csv-parse';
import { trimValue } from '../addresses/plain-text.ts';
import { MAX_ROW_BYTES } from './decode.server.ts';

/** What of csv-parse's state is used. */
interface ParserState {
  quoting: boolean;
  wasQuoting: boolean;
  /** Fields of this record that are read already. */
  record: string[];
  /** The bytes of the field that is being read; with `relax_quotes` something is put before them where text follows a closing quotation mark. */
  field: { buf: Buffer; length: number; prepend(bytes: Buffer): void; toString(encoding: string): string };
  /** What is no part of a field before its first letter. */
  timchars: Buffer[];
}

/** A quotation mark was opened and not closed on its line, as far as can be told. */
export class UnclosedQuote extends Error {
  /** Empty lines before the row. */
  readonly emptyLines: number;

  constructor(emptyLines: number) {
    super('unclosed quote');
    this.emptyLines = emptyLines;
  }
}

const blanks = ['\u00a0', '\u202f', '\u3000', '\ufeff', '\u200b', '\u200e', '\u200f', '\u2060'].map((mark) => Buffer.from(mark));

/**
 * csv-parse, set up for files from the wild: any line ending, rows of any width, empty lines left out.
 *
 * Quotation marks are read as their writer meant them: one inside an unquoted field (`5" pipe`) is an ordinary character; so are those around
 * a field's first words (`"Cy" <c@example.com>`, `"Hi," she said`), which keep it together; `\"` is one inside a quoted field; blanks and
 * invisible marks before and after them are no part of a field. One that is left open, so that a line's end would be swallowed, ends the
 * import: reading on would melt rows into one and lose people. The library's `relax_quotes` reads on, hence the hook.
 *
 * @param onRecord gets each row, and whether text followed a closing quotation mark in it; what it throws ends the parsing
 */
export function createCsvParser(delimiter: string, onRecord: (record: string[], info: InfoRecord, odd: boolean) => void): Parser {
  let odd: { column: number; inner: string }[] = [];
  const parser = new Parser({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    ltrim: true,
    max_record_size: MAX_ROW_BYTES,
    on_record: (record: string[], info) => {
      const seen = odd;
      odd = [];
      if (seen.some(({ inner }) => /[\r\n]/.test(inner))) throw new UnclosedQuote(Number(info.empty_lines));
      onRecord(record, info as InfoRecord, seen.length > 0 && seen.map((field) => mend(record, field)).includes(true));
      return null;
    },
  });
  const { state } = (parser as unknown as { api: { state: ParserState } }).api;
  const { field } = state;
  state.timchars.push(...blanks);
  const prepend = field.prepend.bind(field);
  field.prepend = (quote) => {
    if (endsInBackslash(field)) {
      field.length--;
      state.quoting = true; // it belongs to the text, and the field goes on
      state.wasQuoting = false;
      return;
    }
    odd.push({ column: state.record.length, inner: field.toString('utf8') });
    prepend(quote);
  };
  parser.on('error', () => {}); // told to each write instead
  return parser;
}

function endsInBackslash({ buf, length }: ParserState['field']): boolean {
  let at = length;
  while (at > 0 && buf[at - 1] === 0x5c) at--;
  return (length - at) % 2 === 1;
}

/** Where only blanks followed the closing quotation mark, the field is what stood between the two. @returns whether more did */
function mend(record: string[], { column, inner }: { column: number; inner: string }): boolean {
  const blank = trimValue((record[column] as string).slice(inner.length + 2)) === '';
  if (blank) record[column] = inner;
  return !blank;
}

/** Parses one block; resolves when all of its rows have been handed out. */
export function writeBlock(parser: Parser, block: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.write(block, (error) => (error ? reject(error) : resolve()));
  });
}

/** Hands out the last row. */
export function endParser(parser: Parser): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('error', reject);
    parser.end(resolve);
  });
}
