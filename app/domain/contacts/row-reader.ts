import type { Channel } from '../campaigns/campaign.ts';
import { invalid, Problem } from '../problem.ts';
import type { ContactRow } from './contact-rows.ts';
import { chooseColumns, MAX_COLUMNS } from './mapping.ts';
import { VariableNames } from './variable-names.ts';

/** Rows that are looked at before header and address column are decided. */
const DECIDE_AFTER = 50;

/** What the CSV parser has read up to the end of a record. */
interface ParserPosition {
  lines: number;
  empty_lines: number;
}

export interface RowReaderOptions {
  channel: Channel;
  /** Header or variable name; default: found. */
  addressColumn?: string | undefined;
}

/** Turns records into rows: keeps count of lines, decides on the columns after the first rows, then names every field. */
export class RowReader {
  readonly #options: RowReaderOptions;
  #rows: ContactRow[] = [];
  #undecided: { line: number; record: string[] }[] | null = [];
  #names = new VariableNames();
  #columns: string[] = [];
  #prefixes: string[] = [];
  #width = 0;
  #address = 0;
  #nextLine = 1;
  #emptyLines = 0;
  #parserLine = 1;

  constructor(options: RowReaderOptions) {
    this.#options = options;
  }

  skipLine(): void {
    this.#nextLine++;
  }

  take(record: string[], info: ParserPosition): void {
    const line = this.currentLine(info.empty_lines);
    // The parser counts a CRLF inside a field as two lines: where a row took more than one line, we count ourselves.
    const breaks = info.lines === this.#parserLine + info.empty_lines - this.#emptyLines ? 0 : countBreaks(record);
    this.#parserLine = info.lines + 1;
    this.#emptyLines = info.empty_lines;
    this.#nextLine = line + 1 + breaks;
    if (record.length > MAX_COLUMNS) {
      throw new Problem(
        422,
        'too_many_columns',
        `The row on line ${line} has ${record.length} columns; at most ${MAX_COLUMNS} are possible. Remove the columns that the campaign does not need.`,
      );
    }
    if (this.#undecided) {
      this.#undecided.push({ line, record });
      if (this.#undecided.length > DECIDE_AFTER) {
        this.#decide(this.#undecided);
      }
    } else {
      this.#add(line, record);
    }
  }

  end(): void {
    if (this.#undecided) {
      this.#decide(this.#undecided);
    }
  }

  drain(): ContactRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  variables(): string[] {
    return this.#columns.filter((_, index) => index !== this.#address);
  }

  /** Where the row starts that is being read, given how many empty lines the parser has passed. */
  currentLine(emptyLines: number): number {
    return this.#nextLine + emptyLines - this.#emptyLines;
  }

  #decide(held: { line: number; record: string[] }[]): void {
    const records = held.map((row) => row.record);
    const { channel, addressColumn: wanted } = this.#options;
    const layout = chooseColumns(records, channel, wanted);
    const rows = layout.hasHeader ? held.slice(1) : held;
    if (rows.length === 0) {
      throw new Problem(422, 'no_rows', held.length === 0 ? 'The file is empty.' : 'The file has a header, but no contacts below it.');
    }
    if (layout.addressColumn === null) {
      const existing = layout.columns.map((column) => column.header || column.name).join(', ');
      const what = channel === 'email' ? 'email addresses' : 'phone numbers';
      throw invalid([
        {
          path: 'address_column',
          message:
            wanted === undefined
              ? `No column looks like ${what}. Say which one holds them; the file has: ${existing}.`
              : `There is no column "${wanted}". The file has: ${existing}.`,
        },
      ]);
    }
    this.#address = layout.addressColumn;
    for (const column of layout.columns) {
      this.#addColumn(column.name);
    }
    this.#width = layout.columns.length;
    this.#undecided = null;
    for (const { line, record } of rows) {
      this.#add(line, record);
    }
  }

  #addColumn(wanted: string): void {
    const name = this.#names.give(wanted, this.#columns.length + 1);
    this.#columns.push(name);
    this.#prefixes.push(`${JSON.stringify(name)}:`);
  }

  #add(line: number, record: string[]): void {
    while (this.#columns.length < record.length) {
      this.#addColumn(''); // fields beyond the header are kept, too
    }
    // A short row lacks its last columns; they are there, and empty.
    let variables = '';
    for (let index = 0; index < Math.max(this.#width, record.length); index++) {
      if (index !== this.#address) {
        variables += `${variables === '' ? '{' : ','}${this.#prefixes[index]}${JSON.stringify(record[index] ?? '')}`;
      }
    }
    this.#rows.push({ line, address: record[this.#address] ?? '', variables: variables === '' ? '{}' : `${variables}}` });
  }
}

function countBreaks(record: readonly string[]): number {
  let breaks = 0;
  for (const field of record) {
    breaks += field.match(/\r\n|\n|\r/g)?.length ?? 0;
  }
  return breaks;
}
