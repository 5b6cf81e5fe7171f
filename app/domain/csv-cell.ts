const formulaSign = /[=+\-@\uff0b\uff1d\uff0d\uff20]/g;

/**
 * Where a spreadsheet may see the beginning of a formula (OWASP, "CSV Injection"): at a value's beginning, and behind each character at which
 * one that expects another separator cuts it in two; blanks and quotation marks keep nobody from that. With the number of apostrophes that
 * lead it already, so that each can be taken away again.
 *
 * Looked for from the sign backwards: what leads one sign leads no other, so that a cell of a million blanks is read once.
 */
function* formulas(value: string): Generator<{ at: number; apostrophes: number }> {
  for (const { index: at } of value.matchAll(formulaSign)) {
    let start = at;
    while (value[start - 1] === "'") start--;
    const apostrophes = at - start;
    while (start > 0 && /[^\S\t\r\n]|"/.test(value[start - 1] as string)) start--;
    if (start === 0 || /[,;|\t\r\n]/.test(value[start - 1] as string)) yield { at, apostrophes };
  }
}

/** A phone number, as E.164 or as people write it, is no formula, and must stay what it is for whoever imports the file again. */
const phoneNumber = /^\+[\d\s().\-/]{3,40}$/;

/** A value as it may stand in a CSV file that somebody opens in a spreadsheet: what would run as a formula is led by an apostrophe. */
export function csvCell(value: string): string {
  if (phoneNumber.test(value)) return value;
  let cell = '';
  let from = 0;
  for (const { at } of formulas(value)) {
    cell += `${value.slice(from, at)}'`;
    from = at;
  }
  return (cell + value.slice(from)).replace(/^(?='*[\t\r\n])/, "'");
}

/** The value that `csvCell` wrote. */
export function fromCsvCell(cell: string): string {
  const text = cell.replace(/^'(?='*[\t\r\n])/, '');
  let value = '';
  let from = 0;
  for (const { at, apostrophes } of formulas(text)) {
    if (apostrophes === 0) continue;
    value += text.slice(from, at - 1);
    from = at;
  }
  return value + text.slice(from);
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
