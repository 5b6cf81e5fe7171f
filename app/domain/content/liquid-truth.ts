import { Drop, defaultOperators, type Operators, toValue } from 'liquidjs';

/**
 * What is true, equal and greater in a template: as its writer means it, whether a column came as text from a file or as a number or a
 * boolean from a program. docs/templates.md tells it to people.
 */

const yes = /^(?:true|yes|y|1|on)$/i;
const no = /^(?:false|no|n|0|off)$/i;
const numeric = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
const blank = /^[\s\u00ad\u200b-\u200d\u2060\ufeff]*$/;

/** Text without anything that could be seen. */
export function isBlankText(text: string): boolean {
  return blank.test(text);
}

/** Does a bare condition such as `{% if vip %}` hold? Blank text does not, nor do false and the words "false" and "no"; 0 is a value. */
export function holds(value: unknown): boolean {
  const it = bare(value);
  if (typeof it === 'string') return !isBlankText(it) && !/^\s*(?:false|no)\s*$/i.test(it);
  return it !== false && it !== null && it !== undefined;
}

/** `==`: texts letter by letter, a number with what reads as one, a yes/no with the words for it; blank with nil, empty, blank, "" and false. */
export function isEqual(left: unknown, right: unknown): boolean {
  if (isNothing(left) || isNothing(right)) return isNothing(left) ? isNothingMuch(right, left) : isNothingMuch(left, right);
  const l = bare(left);
  const r = bare(right);
  if (Array.isArray(l)) return Array.isArray(r) && l.length === r.length && l.every((item, index) => isEqual(item, r[index]));
  if (typeof l === 'boolean') return asYesNo(r) === l;
  if (typeof r === 'boolean') return asYesNo(l) === r;
  if (typeof l === 'number' || typeof r === 'number') return asNumber(l) !== null && asNumber(l) === asNumber(r);
  if (isEmpty(l) || isEmpty(r)) return isEmpty(l) && isEmpty(r);
  return l === r;
}

/** Below 0, 0 or above, as in sorting; null for what cannot be compared, of which neither `>` nor `<=` holds. */
function order(left: unknown, right: unknown): number | null {
  if (isNothing(left) || isNothing(right)) return null;
  const [l, r] = [bare(left), bare(right)];
  const [a, b] = [asNumber(l), asNumber(r)];
  if (a !== null && b !== null) return a - b;
  const texts = typeof l === 'string' && typeof r === 'string' && a === null && b === null;
  if (!texts || isBlankText(l) || isBlankText(r)) return null;
  return l === r ? 0 : l < r ? -1 : 1;
}

function contains(left: unknown, right: unknown): boolean {
  const l = bare(left);
  if (Array.isArray(l)) return l.some((item) => isEqual(item, right));
  const part = String(bare(right) ?? '');
  return !isEmpty(l) && part !== '' && String(l).includes(part);
}

const ordered = (holdsFor: (order: number) => boolean) => (left: unknown, right: unknown) => {
  const result = order(left, right);
  return result !== null && holdsFor(result);
};

export const operators: Operators = {
  ...defaultOperators,
  '==': isEqual,
  '!=': (left: unknown, right: unknown) => !isEqual(left, right),
  '>': ordered((result) => result > 0),
  '<': ordered((result) => result < 0),
  '>=': ordered((result) => result >= 0),
  '<=': ordered((result) => result <= 0),
  contains,
  not: (value: unknown) => !holds(value),
  and: (left: unknown, right: unknown) => holds(left) && holds(right),
  or: (left: unknown, right: unknown) => holds(left) || holds(right),
};

/** A text made by a template is an object (see liquid-html.ts); what it says counts. */
export function bare(value: unknown): unknown {
  const plain = toValue(value);
  return plain instanceof Object && !Array.isArray(plain) && 'isText' in plain ? String(plain) : plain;
}

/** The words nil, null, empty and blank. */
function isNothing(value: unknown): value is Drop {
  return value instanceof Drop && 'equals' in value;
}

function isNothingMuch(value: unknown, word: unknown): boolean {
  const it = bare(value);
  if (isNothing(value) || isEmpty(it)) return true;
  if (Array.isArray(it)) return it.length === 0;
  return it === false && toValue(word) !== null;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'string' && isBlankText(value));
}

function asNumber(value: unknown): number | null {
  if (typeof value === 'number') return value;
  const text = typeof value === 'string' ? value.trim() : '';
  return numeric.test(text) ? Number(text) : null;
}

function asYesNo(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (isEmpty(value)) return false;
  const text = String(value).trim();
  return yes.test(text) ? true : no.test(text) ? false : null;
}
