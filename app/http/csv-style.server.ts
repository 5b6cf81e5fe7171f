import { readReader } from '../components/reader.ts';
import { type CsvStyle, csvOptions, csvStyle } from '../domain/csv-style.ts';
import { parseInput } from '../domain/parse-input.ts';

/** How the file is to be written that a request asks for. @throws Problem 422 */
export function csvStyleOf(request: Request): CsvStyle {
  const given = [...new URL(request.url).searchParams].filter(([, value]) => value !== '');
  return csvStyle(parseInput(csvOptions, Object.fromEntries(given)), readReader(request.headers, 0).locale);
}
