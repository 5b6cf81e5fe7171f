import { trimValue } from '../addresses/plain-text.ts';
import type { Channel } from '../channel.ts';
import { builtInVariables } from '../content/built-in-variables.ts';
import { toVariableName, VariableNames } from '../content/variable-names.ts';
import { importedCell } from '../csv-cell.ts';
import { invalid, Problem } from '../problem.ts';
import { columnKeys } from './column-keys.ts';
import { type ColumnMapping, type ColumnType, typedJson } from './column-mapping.ts';
import type { ContactRow, ReadFacts } from './contact-rows.ts';
import { chooseColumns, type Layout, MAX_COLUMNS, unknownColumns } from './mapping.ts';
import { isKnownStatus, type LeftOutReason, leftOutBy, type StatusKind, statusKind } from './status-column.ts';

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
  /** Line of the header, 0 where there is none; default: found. */
  headerLine?: number | undefined;
  columns?: ColumnMapping | undefined;
  /** Take people too whose status says that they must not be written to. */
  takeStatuses?: boolean | undefined;
}

interface Held {
  line: number;
  record: string[];
  odd: boolean;
}

/** Turns records into rows: keeps count of lines, decides on the columns after the first rows, then names every field. */
export class RowReader {
  readonly #options: RowReaderOptions;
  #rows: ContactRow[] = [];
  #undecided: Held[] | null = [];
  #names = new VariableNames();
  #columns: string[] = [];
  #prefixes: string[] = [];
  #types: ColumnType[] = [];
  #leftOut = new Set<number>();
  #statuses: StatusColumn[] = [];
  #layout: Layout | null = null;
  #headerLine: number | null = null;
  #warnings: string[] = [];
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

  /** @param odd text follows a closing quotation mark in it */
  take(record: string[], info: ParserPosition, odd = false): void {
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
      this.#undecided.push({ line, record, odd });
      if (this.#undecided.length > DECIDE_AFTER) {
        this.#decide(this.#undecided);
      }
    } else {
      this.#add(line, record, odd);
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
    return this.#columns.filter((_, index) => index !== this.#address && !this.#leftOut.has(index));
  }

  facts(delimiter: string | null): ReadFacts {
    return {
      delimiter,
      headerLine: this.#headerLine,
      layout: this.#layout,
      warnings: [...this.#warnings, ...this.#statuses.flatMap((column) => column.warning() ?? [])],
    };
  }

  /** Where the row starts that is being read, given how many empty lines the parser has passed. */
  currentLine(emptyLines: number): number {
    return this.#nextLine + emptyLines - this.#emptyLines;
  }

  #decide(held: Held[]): void {
    const records = held.map((row) => row.record);
    const { channel, addressColumn, columns, headerLine } = this.#options;
    const layout = chooseColumns(records, channel, { addressColumn, columns, headerRow: headerRowOf(held, headerLine) });
    const rows = held.slice(layout.firstRow);
    if (rows.length === 0) {
      throw new Problem(422, 'no_rows', held.length === 0 ? 'The file is empty.' : 'The file has a header, but no contacts below it.');
    }
    this.#refuseUnknown(layout);
    this.#layout = layout;
    this.#headerLine = layout.headerRow === null ? 0 : (held[layout.headerRow]?.line ?? 0);
    this.#address = layout.addressColumn as number;
    for (const [index, column] of layout.columns.entries()) {
      this.#addColumn(column.name, column.type);
      if (column.leftOut) this.#leftOut.add(index);
      const kind = statusKind(column.header, channel);
      if (kind && !this.#options.takeStatuses && index !== this.#address) this.#statuses.push(new StatusColumn(index, column.header, kind));
    }
    this.#warn(held, layout);
    this.#width = layout.columns.length;
    this.#undecided = null;
    for (const { line, record, odd } of rows) {
      this.#add(line, record, odd);
    }
  }

  #refuseUnknown(layout: Layout): void {
    const { channel, addressColumn: wanted, columns } = this.#options;
    const existing = layout.columns.map((column) => column.header || column.name).join(', ');
    const unknown = unknownColumns(layout.columns, columns);
    if (unknown.length > 0) {
      throw invalid([{ path: 'columns', message: `There is no column "${unknown[0]}". The file has: ${existing}.` }]);
    }
    if (layout.addressColumn !== null) return;
    const what = channel === 'email' ? 'email addresses' : 'phone numbers';
    if (layout.rivals.length > 0) {
      const keys = columnKeys(layout.columns);
      const rivals = layout.rivals.map((index) => `"${keys[index]}"`).join(', ');
      throw invalid([
        { path: 'address_column', message: `Several columns hold ${what}: ${rivals}. Say which one holds those of the recipients.` },
      ]);
    }
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

  #warn(held: Held[], { headerRow, firstRow, sure, columns }: Layout): void {
    const above = headerRow ?? firstRow;
    const top = held[above]?.line ?? 1;
    if (above > 0) {
      this.#warnings.push(`The table begins on line ${top}: what stands above is not imported.`);
    }
    if (!sure) {
      this.#warnings.push(`Line ${top} was read as the names of the columns. If it is a contact, say that there is no header.`);
    }
    const damaged = held.flatMap(({ record }) => record).find((field) => damage.test(field) || field.includes('\u001b'));
    if (damaged !== undefined) {
      this.#warnings.push(
        `Letters look damaged, such as in "${trimValue(damaged).slice(0, 40)}": the file, or one that it was made from, was read in a wrong encoding. Look at the names before sending.`,
      );
    }
    const what = this.#options.channel === 'email' ? 'email address' : 'phone number';
    for (const [index, { header, name, leftOut }] of columns.entries()) {
      const wanted = toVariableName(header);
      if (index === this.#address || leftOut || name === wanted || !(builtInVariables as readonly string[]).includes(wanted)) continue;
      this.#warnings.push(
        wanted === 'address'
          ? `The column "${header}" is called {{ ${name} }}: {{ address }} is the recipient's own ${what}.`
          : `The column "${header}" is called {{ ${name} }}: {{ ${wanted} }} is filled in by Rollcall.`,
      );
    }
  }

  #addColumn(wanted: string, type: ColumnType = 'text'): void {
    const name = this.#names.give(wanted, this.#columns.length + 1);
    this.#columns.push(name);
    this.#types.push(type);
    this.#prefixes.push(`${JSON.stringify(name)}:`);
  }

  #add(line: number, record: string[], odd: boolean): void {
    // A line of blanks or of separators, as spreadsheets write them below a table.
    if (
      record.length > 1 || this.#width > 1
        ? record.every((field) => trimValue(field) === '')
        : trimValue(record[0] ?? '') === '' && record[0] !== ''
    )
      return;
    while (this.#columns.length < record.length) {
      this.#addColumn(''); // fields beyond the header are kept, too
    }
    // Which of them closes the field is a guess then, and in the wrong column may stand somebody else's address.
    let fault: ContactRow['fault'] = odd && record.length !== this.#width ? oddQuote : undefined;
    for (const column of this.#statuses) {
      const reason = column.read(record[column.index] ?? '');
      if (reason && !fault) fault = { reason, advice: null };
    }
    // A short row lacks its last columns; they are there, and empty.
    let variables = '';
    for (let index = 0; index < Math.max(this.#width, record.length); index++) {
      if (index === this.#address || this.#leftOut.has(index)) continue;
      const value = importedCell(trimValue(record[index] ?? ''));
      let json = typedJson(value, this.#types[index] as ColumnType);
      if (json === undefined) {
        json = JSON.stringify(value);
        const type = this.#types[index] === 'number' ? 'a number' : 'yes or no';
        fault ??= {
          reason: 'not a valid value',
          advice: `"${value.slice(0, 40)}" in the column "${this.#columns[index]}" is not ${type}.`,
        };
      }
      variables += `${variables === '' ? '{' : ','}${this.#prefixes[index]}${json}`;
    }
    const row: ContactRow = {
      line,
      address: importedCell(record[this.#address] ?? ''),
      variables: variables === '' ? '{}' : `${variables}}`,
    };
    if (fault) row.fault = fault;
    this.#rows.push(row);
  }
}

/** "ZoÃ«" is "Zoë" in UTF-8 that somebody read as Western European; letters that were lost on the way; Japanese as it travels in mail. */
const damage =
  /[\u00c3\u00c4\u00c5][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2018-\u203a\u20ac\u2122]|\u00c2[\u00a0-\u00bf]|\u00e2\u20ac|[\u00d0\u00d1][\u0080-\u00bf\u2018-\u203a]|\ufffd/u;

const oddQuote: ContactRow['fault'] = {
  reason: 'not a valid value',
  advice: 'A quotation mark (") in this row is not closed properly. Close it, or double it ("") if it belongs to the text.',
};

/** Whole columns repeat a few words: each is judged once. */
const REMEMBERED = 500;
const TOLD = 5;

class StatusColumn {
  readonly index: number;
  readonly #header: string;
  readonly #kind: StatusKind;
  readonly #known = new Map<string, LeftOutReason | null>();
  readonly #unknown = new Set<string>();
  #speaks = false;

  constructor(index: number, header: string, kind: StatusKind) {
    this.index = index;
    this.#header = header;
    this.#kind = kind;
  }

  read(value: string): LeftOutReason | null {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const reason = leftOutBy(this.#kind, value);
    if (this.#known.size < REMEMBERED && value.length < 100) this.#known.set(value, reason);
    if (!isKnownStatus(this.#kind, value)) {
      if (this.#unknown.size <= TOLD) this.#unknown.add(value.trim().slice(0, 40));
    } else if (value.trim() !== '') this.#speaks = true;
    return reason;
  }

  /** Where a column speaks of being written to, and has words beside those that are known here: somebody should look at them. */
  warning(): string | null {
    if (!this.#speaks || this.#unknown.size === 0) return null;
    const words = [...this.#unknown].slice(0, TOLD).map((word) => `"${word}"`);
    const more = this.#unknown.size > TOLD ? ' and more' : '';
    return `The column "${this.#header}" also says ${words.join(', ')}${more}. These people are kept: take them out of the file if they must not be written to.`;
  }
}

function headerRowOf(held: Held[], line: number | undefined): number | null | undefined {
  if (line === undefined) return undefined;
  if (line === 0) return null;
  const index = held.findIndex((row) => row.line === line);
  if (index !== -1) return index;
  throw invalid([
    { path: 'header_line', message: `No row begins on line ${line}, or it is too far down. The header is among the first 50 rows.` },
  ]);
}

function countBreaks(record: readonly string[]): number {
  let breaks = 0;
  for (const field of record) {
    breaks += field.match(/\r\n|\n|\r/g)?.length ?? 0;
  }
  return breaks;
}
