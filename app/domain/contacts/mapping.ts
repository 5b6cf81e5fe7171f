import { trimValue } from '../addresses/plain-text.ts';
import type { Channel } from '../channel.ts';
import { keyToVariableName, toVariableName, VariableNames } from '../content/variable-names.ts';
import { importedCell } from '../csv-cell.ts';
import { findAddressColumns, headerKey } from './address-column.ts';
import { type ColumnMapping, type ColumnType, choiceOf } from './column-mapping.ts';
import { declaredDelimiter, detectDelimiter, readRows } from './csv-sample.ts';
import { findHeader } from './find-header.ts';

/** Bytes from the start of a file that are enough to find its delimiter, header and address column. */
export const SAMPLE_BYTES = 64 * 1024;

export const MAX_COLUMNS = 200;

interface Column {
  /** As the file writes it; '' where it has none. */
  header: string;
  /** What a template calls it: `first_name`; of the address column and of columns left out what it would be. */
  name: string;
  type: ColumnType;
  /** Somebody does not want it. */
  leftOut: boolean;
}

/** How the columns of a file become recipients. */
export interface Layout {
  hasHeader: boolean;
  /** Indexes of the row with the header (null: none) and of the first contact. */
  headerRow: number | null;
  firstRow: number;
  /** False where the header could be a contact. */
  sure: boolean;
  columns: Column[];
  /** Index of the column with the addresses; null where none looks like it, or several do, so that a person must choose. */
  addressColumn: number | null;
  /** Of several: which. */
  rivals: number[];
}

export interface Mapping extends Layout {
  delimiter: string;
  /** The first rows below the header, as they are. */
  sample: string[][];
}

export interface LayoutChoices {
  /** The header or the name of the address column. */
  addressColumn?: string | undefined;
  /** Index of the header's row; null: there is none; default: found. */
  headerRow?: number | null | undefined;
  columns?: ColumnMapping | undefined;
}

/** What a report of rejected rows begins with; it can be corrected and imported again. */
const reportHeaders = ['line', 'address', 'reason'];
/** What the export of a campaign's recipients begins with: of its columns only the address and those of the contact file are a person's own. */
const ledgerHeaders = ['id', 'address', 'status', 'round', 'attempts'];
const ledgerVariable = /^variables\./;

/**
 * Finds header and address column in a file's first rows. Without a header the columns are called column_1, column_2 and so on. Names do
 * not depend on which column holds the addresses.
 */
export function chooseColumns(rows: readonly string[][], channel: Channel, choices: LayoutChoices = {}): Layout {
  const found =
    choices.headerRow === undefined
      ? findHeader(rows, channel)
      : { header: choices.headerRow, first: choices.headerRow === null ? 0 : choices.headerRow + 1, sure: true };
  const top = rows[found.header ?? found.first] ?? [];
  const headers = found.header === null ? top.map(() => '') : top.map((cell) => importedCell(trimValue(cell)));
  const body = rows.slice(found.first);
  const report = reportHeaders.every((name, index) => headers[index] === name);
  const ledger = ledgerHeaders.every((name, index) => headers[index] === name);
  const nameOf = (header: string) =>
    ledger && ledgerVariable.test(header) ? keyToVariableName(header.replace(ledgerVariable, '')) : toVariableName(header);
  const names = new VariableNames();
  const given = headers.map((header, index) => ({ header, name: names.give(nameOf(header), index + 1) }));
  const asked = given.map((column) => choiceFor(column, choices.columns));
  const wanted = choices.addressColumn ?? given[asked.findIndex((choice) => choice?.name === 'address')]?.name;
  const leftOut = (index: number) =>
    asked[index]?.name === null ||
    (report && (index === 0 || index === 2)) ||
    (ledger && !asked[index] && !ledgerVariable.test(headers[index] as string));
  const candidates =
    wanted !== undefined ? [findColumn(given, wanted)] : report || ledger ? [1] : findAddressColumns(headers, body, channel);
  const chosen = candidates.length === 1 ? (candidates[0] as number | null) : null;
  const renamed = new VariableNames();
  const columns = given.map(({ header, name }, index) => {
    const choice = asked[index];
    const other = index !== chosen && choice?.name ? keyToVariableName(choice.name) : name;
    return {
      header,
      name: index === chosen ? name : renamed.give(other, index + 1),
      type: choice?.type ?? ('text' as const),
      leftOut: leftOut(index),
    };
  });
  return {
    hasHeader: found.header !== null,
    headerRow: found.header,
    firstRow: found.first,
    sure: found.sure,
    columns,
    addressColumn: chosen,
    rivals: candidates.length > 1 ? (candidates as number[]) : [],
  };
}

function choiceFor({ header, name }: { header: string; name: string }, mapping: ColumnMapping | undefined) {
  if (!mapping) return undefined;
  for (const key of [header, name]) {
    if (key !== '' && Object.hasOwn(mapping, key)) return choiceOf(mapping[key] as ColumnMapping[string]);
  }
  return undefined;
}

/** Columns that a mapping names and the file does not have. */
export function unknownColumns(columns: readonly { header: string; name: string }[], mapping: ColumnMapping = {}): string[] {
  const names = new VariableNames();
  const found = columns.map(({ header }, index) => names.give(toVariableName(header), index + 1));
  return Object.keys(mapping).filter((key) => !columns.some(({ header }, index) => header === key || found[index] === key));
}

function findColumn(columns: readonly { header: string; name: string }[], wanted: string): number | null {
  const tests: ((column: { header: string; name: string }) => boolean)[] = [
    ({ header }) => header === wanted.trim(),
    ({ name }) => name === wanted,
    ({ header }) => headerKey(header) !== '' && headerKey(header) === headerKey(wanted),
  ];
  for (const test of tests) {
    const index = columns.findIndex(test);
    if (index !== -1) {
      return index;
    }
  }
  return null;
}

/**
 * What an import would make of a file, told from its beginning.
 *
 * @param text the first part of the file, see {@link decodeSample}
 */
export function readMapping(
  text: string,
  {
    channel,
    delimiter,
    addressColumn,
    complete = false,
  }: { channel: Channel; delimiter?: string; addressColumn?: string; complete?: boolean },
): Mapping {
  const declared = declaredDelimiter(text);
  const body = declared === null ? text : text.slice(text.indexOf('\n') + 1);
  const used = delimiter ?? declared ?? detectDelimiter(body, complete);
  const rows = readRows(body, used, { complete });
  const layout = chooseColumns(rows, channel, { addressColumn });
  return { delimiter: used, ...layout, sample: rows.slice(layout.firstRow) };
}

/**
 * The text of a file's first bytes: UTF-16 where a byte order mark says so, UTF-8 where it is that, else Windows-1252 (a superset of
 * Latin-1). Cut after the last whole line unless the file is `complete`.
 */
export function decodeSample(bytes: Uint8Array, complete = false): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
  if (utf16) {
    return new TextDecoder(utf16).decode(bytes);
  }
  const end = complete ? bytes.length : Math.max(bytes.lastIndexOf(10), bytes.lastIndexOf(13)) + 1 || bytes.length;
  const lines = bytes.subarray(0, end);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(lines);
  } catch {
    return new TextDecoder('windows-1252').decode(lines);
  }
}
