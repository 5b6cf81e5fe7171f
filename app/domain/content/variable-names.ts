import { builtInVariables } from './built-in-variables.ts';

/** Words that Liquid reads as values or operators; a variable of such a name could never be reached. */
const liquidWords = new Set(['true', 'false', 'nil', 'null', 'empty', 'blank', 'and', 'or', 'not', 'contains']);

const MAX_LENGTH = 60;

/**
 * A column's header as the name that a template uses: "First name", "FirstName" and "first-name" give `first_name`, "Prénom" gives `prenom`.
 * Letters of scripts without Latin equivalents stay. Returns '' where nothing is left.
 */
export function toVariableName(header: string): string {
  const words = header
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .normalize('NFC')
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/ı/g, 'i')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  const name = Array.from(words.replace(/ /g, '_')).slice(0, MAX_LENGTH).join('').replace(/_+$/, '');
  return /^\p{N}/u.test(name) || liquidWords.has(name) ? `column_${name}` : name;
}

/** An API's key: kept as it is where a template can use it, since programs expect to find their own names again. */
export function keyToVariableName(key: string): string {
  const usable = key.length <= MAX_LENGTH && /^[A-Za-z][A-Za-z0-9_]*$/.test(key) && !liquidWords.has(key);
  return usable ? key : toVariableName(key);
}

/**
 * Hands out names that are never given twice: the second "City" becomes `city_2`, a column without a header `column_7`.
 * The built-in ones are taken from the start: a template means the recipient's own address by `address`.
 */
export class VariableNames {
  readonly #taken = new Set<string>(builtInVariables);

  /** @param position of the column, counted from 1 */
  give(wanted: string, position: number): string {
    const base = wanted || `column_${position}`;
    let name = base;
    for (let n = 2; this.#taken.has(name); n++) {
      name = `${base}_${n}`;
    }
    this.#taken.add(name);
    return name;
  }
}
