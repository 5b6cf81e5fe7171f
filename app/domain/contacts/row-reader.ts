import type { Channel } from '../campaigns/campaign.ts';
import { builtInVariables } from '../content/built-in-variables.ts';
import { invalid, Problem } from '../problem.ts';
import { type ColumnMapping, type ColumnType, typedJson } from './column-mapping.ts';
import type { ContactRow, ReadFacts } from './contact-rows.ts';
import { importedCell } from './csv-cell.ts';
import { chooseColumns, type Layout, MAX_COLUMNS, unknownColumns } from './mapping.ts';
import { trimValue } from './plain-text.ts';
import { leftOutBy, statusKind } from './status-column.ts';
import { toVariableName, VariableNames } from './variable-names.ts';

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
  #statuses: { index: number; kind: NonNullable<ReturnType<typeof statusKind>> }[] = [];
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
    return this.#columns.filter((_, index) => index !== this.#address && !this.#leftOut.has(index));
  }

  facts(delimiter: string | null): ReadFacts {
    return { delimiter, headerLine: this.#headerLine, layout: this.#layout, warnings: this.#warnings };
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
      const kind = statusKind(column.header);
      if (kind && !this.#options.takeStatuses && index !== this.#address) this.#statuses.push({ index, kind });
    }
    this.#warn(held, layout);
    this.#width = layout.columns.length;
    this.#undecided = null;
    for (const { line, record } of rows) {
      this.#add(line, record);
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

  #add(line: number, record: string[]): void {
    if (record.length === 1 && record[0] === '' && this.#width > 1) return; // a line of blanks
    while (this.#columns.length < record.length) {
      this.#addColumn(''); // fields beyond the header are kept, too
    }
    let fault: ContactRow['fault'];
    for (const { index, kind } of this.#statuses) {
      const reason = leftOutBy(kind, record[index]);
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
