import { isCountry } from '../addresses/phone-number.ts';
import { Problem } from '../problem.ts';
import type { ContactRows } from './contact-rows.ts';
import type { DecodedAs } from './decode.server.ts';
import { encodingNamed, encodings } from './text-encoding.ts';

/** How a file of addresses is read, where somebody says so. */
export interface FileOptions {
  /** ISO 3166 code of the country whose numbers are written without country code; default US. */
  defaultCountry?: string | undefined;
  /** One character; default: found. */
  delimiter?: string | undefined;
  /** Default: what the file or its Content-Type says, else told from its words. */
  encoding?: string | undefined;
}

/** @throws Problem 422 */
export function checkFileOptions({ delimiter, defaultCountry, encoding }: FileOptions): void {
  const errors = [];
  if (delimiter !== undefined && (delimiter.length !== 1 || /["\r\n]/.test(delimiter))) {
    errors.push({ path: 'delimiter', message: 'The delimiter is one character, such as a comma, a semicolon or a tab.' });
  }
  if (defaultCountry !== undefined && !isCountry(defaultCountry.toUpperCase())) {
    errors.push({ path: 'default_country', message: `"${defaultCountry}" is not a country. Use two letters such as US or DE.` });
  }
  if (encoding !== undefined && encodingNamed(encoding) === null) {
    errors.push({
      path: 'encoding',
      message: `"${encoding}" is no encoding that is known here. Use one such as utf-8, windows-1252 or shift_jis.`,
    });
  }
  if (errors.length > 0) {
    throw new Problem(422, 'invalid', errors.map((error) => error.message).join(' '), { errors });
  }
}

/** What to look at in a file that was read, in sentences. Complete once its rows are at their end. */
export function fileWarnings(contacts: ContactRows, as: DecodedAs): string[] {
  const warnings = [...contacts.facts().warnings];
  if (!as.guessed) return warnings;
  const label = encodings.find(([name]) => name === as.encoding)?.[1] ?? as.encoding;
  warnings.push(
    as.sure
      ? `The file is not in Unicode; it was read as ${label}. Look at the names, and choose another encoding where they are wrong.`
      : `The file is not in Unicode, and it is not certain what it is; it was read as ${label}. Look at the names, and choose the encoding.`,
  );
  return warnings;
}
