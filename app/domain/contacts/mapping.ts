import type { Channel } from '../campaigns/campaign.ts';
import { findAddressColumn, headerKey, looksLikeAddress } from './address-column.ts';
import { declaredDelimiter, detectDelimiter, readRows } from './csv-sample.ts';
import { toVariableName, VariableNames } from './variable-names.ts';

/** Bytes from the start of a file that are enough to find its delimiter, header and address column. */
export const SAMPLE_BYTES = 64 * 1024;

export const MAX_COLUMNS = 200;

export interface Column {
  /** As the file writes it; '' where it has none. */
  header: string;
  /** What a template calls it: `first_name`. */
  name: string;
}

/** How the columns of a file become recipients. */
export interface Layout {
  hasHeader: boolean;
  columns: Column[];
  /** Index of the column with the addresses; null where none looks like it, so that a person must choose. */
  addressColumn: number | null;
}

export interface Mapping extends Layout {
  delimiter: string;
  /** The first rows below the header, as they are. */
  sample: string[][];
}

/**
 * Finds header and address column in a file's first rows. Without a header (a cell of the first row is an address itself) the columns are
 * called column_1, column_2 and so on. Names do not depend on which column holds the addresses.
 *
 * @param wanted the header or the name of the address column, where somebody chose it
 */
export function chooseColumns(rows: readonly string[][], channel: Channel, wanted?: string): Layout {
  const first = rows[0] ?? [];
  const hasHeader = !first.some((cell) => looksLikeAddress(cell, channel));
  const body = hasHeader ? rows.slice(1) : rows;
  const names = new VariableNames();
  const columns = first.map((cell, index) => {
    const header = hasHeader ? cell.trim() : '';
    return { header, name: names.give(toVariableName(header), index + 1) };
  });
  const addressColumn =
    wanted === undefined
      ? findAddressColumn(
          columns.map((column) => column.header),
          body,
          channel,
        )
      : findColumn(columns, wanted);
  return { hasHeader, columns, addressColumn };
}

function findColumn(columns: readonly Column[], wanted: string): number | null {
  const tests: ((column: Column) => boolean)[] = [
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
 * What an import would make of a file, told from its beginning: for the mapping step in the browser.
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
  const layout = chooseColumns(rows, channel, addressColumn);
  return { delimiter: used, ...layout, sample: layout.hasHeader ? rows.slice(1) : rows };
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
