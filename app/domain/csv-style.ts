import { z } from 'zod';

/** How a CSV file is written. */
export interface CsvStyle {
  /** One character. */
  delimiter: string;
  /** A first line "sep=;" for spreadsheets that ask for it; they take the file's encoding from elsewhere then. */
  sep: boolean;
}

export const plainCsv: CsvStyle = { delimiter: ',', sep: false };

/** What every export takes in its query. */
export const csvOptions = z.object({
  delimiter: z
    .enum([',', ';', 'tab', '\t', 'auto'], 'The delimiter must be a comma, a semicolon, "tab" or "auto".')
    .optional()
    .describe(
      'What separates the columns: a comma (the default), a semicolon, or tab. auto: what spreadsheets expect in the language of Accept-Language.',
    ),
  sep: z
    .enum(['0', '1'], 'Say 1 for a first line that names the delimiter.')
    .optional()
    .describe('1: a first line such as "sep=;", which some spreadsheets read and most programs do not.'),
});

/** @param locale BCP 47, of whoever asks; only `auto` needs it */
export function csvStyle({ delimiter = ',', sep }: z.output<typeof csvOptions>, locale: string): CsvStyle {
  const character = delimiter === 'auto' ? usualDelimiter(locale) : delimiter === 'tab' ? '\t' : delimiter;
  return { delimiter: character, sep: sep === '1' };
}

/** Where a comma stands in numbers, spreadsheets cut lists at semicolons; in Switzerland and Liechtenstein they do with a point, too. */
function usualDelimiter(locale: string): ',' | ';' {
  const { region } = new Intl.Locale(locale);
  if (region === 'CH' || region === 'LI') return ';';
  return new Intl.NumberFormat(locale, { numberingSystem: 'latn' }).format(1.5).includes(',') ? ';' : ',';
}
