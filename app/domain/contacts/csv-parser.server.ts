import { CsvError, type InfoRecord, Parser } from 'csv-parse';
import { MAX_ROW_BYTES } from './decode.server.ts';

/** csv-parse asks this method whether an error ends the file (return it) or is to be passed over (undefined). */
interface ParserApi {
  __error(error: unknown): unknown;
}

/**
 * csv-parse, set up for files from the wild: any line ending, rows of any width, empty lines left out.
 *
 * A quotation mark inside an unquoted field (`5" pipe`) is an ordinary character. One that is left open, or has text after it, ends the
 * import: reading on would melt rows into one and lose people. The library's `relax_quotes` allows both or neither, hence the filter.
 *
 * @param onRecord gets each row; what it throws ends the parsing
 */
export function createCsvParser(delimiter: string, onRecord: (record: string[], info: InfoRecord) => void): Parser {
  const parser = new Parser({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    // Blanks before and after quotation marks are no part of a field.
    ltrim: true,
    rtrim: true,
    max_record_size: MAX_ROW_BYTES,
    on_record: (record: string[], info) => {
      onRecord(record, info as InfoRecord);
      return null;
    },
  });
  const { api } = parser as unknown as { api: ParserApi };
  const judge = api.__error.bind(api);
  api.__error = (error) => (error instanceof CsvError && String(error.code) === 'INVALID_OPENING_QUOTE' ? undefined : judge(error));
  parser.on('error', () => {}); // told to each write instead
  return parser;
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
