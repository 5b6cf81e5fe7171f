/** What spreadsheets run as a formula when a cell begins with it (OWASP, "CSV Injection"). */
const formulaStart = /^[=+\-@\t\r\n\uff0b\uff1d\uff0d\uff20]/;

/** A phone number, as E.164 or as people write it, is no formula, and must stay what it is for whoever imports the file again. */
const phoneNumber = /^\+[\d\s().\-/]{3,40}$/;

/** A value as it may stand in a CSV file that somebody opens in a spreadsheet: what would run as a formula is led by an apostrophe. */
export function csvCell(value: string): string {
  return formulaStart.test(value) && !phoneNumber.test(value) ? `'${value}` : value;
}

/** Any value of a row as a cell: times in ISO 8601, texts without formulas, nothing for null. */
export function toCell(value: string | number | Date | null): string | number | null {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? csvCell(value) : value;
}
