import type { BareNumbers } from '#app/domain/addresses/phone-number.ts';
import type { ColumnMapping } from '#app/domain/contacts/column-mapping.ts';

/** What a person chose in the mapping step; null: as it was found. */
export interface ImportOptions {
  addressColumn: string | null;
  delimiter: string | null;
  encoding: string | null;
  headerLine: number | null;
  columns: ColumnMapping;
  defaultCountry: string | null;
  bareNumbers: BareNumbers | null;
  takeStatuses: boolean;
}

/** The query of POST /campaigns/:id/recipients. */
export function importQuery(fileName: string, options: ImportOptions): URLSearchParams {
  const query = new URLSearchParams({ file_name: fileName.slice(0, 255) });
  const set = (name: string, value: string | null) => value !== null && query.set(name, value);
  set('address_column', options.addressColumn);
  set('delimiter', options.delimiter === '\t' ? 'tab' : options.delimiter);
  set('encoding', options.encoding);
  set('header_line', options.headerLine === null ? null : String(options.headerLine));
  set('columns', Object.keys(options.columns).length > 0 ? JSON.stringify(options.columns) : null);
  set('default_country', options.defaultCountry);
  set('bare_numbers', options.bareNumbers);
  set('statuses', options.takeStatuses ? 'take' : null);
  return query;
}
