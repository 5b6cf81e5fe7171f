/** In the order of preference where a file leaves it open. */
const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

export const delimiterLabels: Record<Delimiter, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'vertical bar' };

const SAMPLE_ROWS = 50;

/**
 * Reads the first rows of a CSV text, quotes and line breaks in fields included. The text may break off anywhere: a last row that
 * is not complete is left out, except where `complete` says that the file ends here. Empty lines are no rows.
 */
export function readRows(text: string, delimiter: string, { limit = SAMPLE_ROWS, complete = true } = {}): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  const endRow = () => {
    if (row.length > 1 || row[0] !== '') {
      rows.push(row);
    }
    row = [];
  };
  while (at < text.length && rows.length < limit) {
    const field = readField(text, at, delimiter);
    row.push(field.value);
    at = field.end;
    if (at >= text.length) {
      if (complete) {
        endRow();
      }
      return rows;
    }
    if (text[at] === delimiter) {
      at++;
      if (at === text.length) {
        row.push('');
        if (complete) {
          endRow();
        }
      }
    } else {
      at += text.startsWith('\r\n', at) ? 2 : 1;
      endRow();
    }
  }
  return rows;
}

function readField(text: string, start: number, delimiter: string): { value: string; end: number } {
  let at = skipBlanks(text, start, delimiter);
  let value = '';
  if (text[at] === '"') {
    let from = ++at;
    for (;;) {
      const quote = text.indexOf('"', at);
      if (quote === -1) {
        return { value: value + text.slice(from), end: text.length };
      }
      if (text[quote + 1] !== '"') {
        value += text.slice(from, quote);
        at = skipBlanks(text, quote + 1, delimiter);
        break;
      }
      value += text.slice(from, quote + 1);
      at = from = quote + 2;
    }
  }
  const rest = at;
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') {
    at++;
  }
  return { value: value + text.slice(rest, at).trimEnd(), end: at };
}

/** Blanks before and after quotation marks, and around fields, are no part of them. */
function skipBlanks(text: string, start: number, delimiter: string): number {
  let at = start;
  while ((text[at] === ' ' || text[at] === '\t' || text[at] === '\u00a0') && text[at] !== delimiter) at++;
  return at;
}

/** The number of columns that most rows have; of two that are as frequent the larger. */
export function usualWidth(rows: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || b - a)[0]?.[0] ?? 1;
}

/** Excel writes "sep=;" above the header and hides it when it opens the file again. */
export function declaredDelimiter(text: string): string | null {
  return /^sep=(.)\r?\n/i.exec(text)?.[1] ?? null;
}

/**
 * The delimiter under which the first rows fall into the same number of columns, more than one; comma where there is only one column.
 */
export function detectDelimiter(text: string, complete = true): Delimiter {
  let best: Delimiter = ',';
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const rows = readRows(text, delimiter, { complete });
    const columns = usualWidth(rows);
    if (columns > 1) {
      const same = rows.filter((row) => row.length === columns).length / rows.length;
      // A ragged file still has most rows alike; more columns break a tie ("Doe, Ana;Berlin" has a comma in every row, too).
      const score = same + Math.min(columns, 50) / 1000;
      if (score > bestScore) {
        best = delimiter;
        bestScore = score;
      }
    }
  }
  return best;
}
