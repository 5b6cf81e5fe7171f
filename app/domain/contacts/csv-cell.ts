/**
 * Where a spreadsheet may see the beginning of a formula (OWASP, "CSV Injection"): at a value's beginning, and behind each character at which
 * one that expects another separator cuts it in two; quotation marks keep nobody from that. What apostrophes lead already counts, so that
 * each can be taken away again.
 */
const formulaStart = /(^|[,;|\t\r\n])([\s"]*'*)(?=[=+\-@\uff0b\uff1d\uff0d\uff20])/g;
const escaped = /(^|[,;|\t\r\n])([\s"]*'*)'(?=[=+\-@\uff0b\uff1d\uff0d\uff20])/g;

/** A phone number, as E.164 or as people write it, is no formula, and must stay what it is for whoever imports the file again. */
const phoneNumber = /^\+[\d\s().\-/]{3,40}$/;

/** A value as it may stand in a CSV file that somebody opens in a spreadsheet: what would run as a formula is led by an apostrophe. */
export function csvCell(value: string): string {
  return phoneNumber.test(value) ? value : value.replaceAll(formulaStart, "$1$2'").replace(/^(?='*[\t\r\n])/, "'");
}

/** The value that `csvCell` wrote. */
export function fromCsvCell(cell: string): string {
  return cell.replace(/^'(?='*[\t\r\n])/, '').replaceAll(escaped, '$1$2');
}

/** A cell of a file that somebody imports: as it stands, but for one that is letter for letter what an export of ours makes of a value. */
export function importedCell(cell: string): string {
  if (!cell.includes("'")) return cell; // nearly all
  const value = fromCsvCell(cell);
  return csvCell(value) === cell ? value : cell;
}

/** Any value of a row as a cell: times in ISO 8601, texts without formulas, nothing for null. */
export function toCell(value: string | number | Date | null): string | number | null {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? csvCell(value) : value;
}
