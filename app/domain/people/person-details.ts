import { messageIdBeginnings } from '#app/providers/message-ids.ts';
import { plainText } from '../addresses/plain-text.ts';

/** What a search means where it is no address: words of the contact file's columns, or the end of a number. */
export interface Details {
  words: string[];
  /** Digits that a number ends with, as people read them from a bill or a card. */
  ending: string | null;
}

const MOST_WORDS = 6;

/** Null: too little to look for. A name has two letters at least, the end of a number three digits. */
export function personDetails(q: string): Details | null {
  const text = plainText(q).replaceAll('\0', '').slice(0, 200);
  if (text.includes('@')) return null;
  const words = text
    .split(/[\s,;"“”<>()]+/)
    .map((word) => word.replace(/^[^\p{L}\p{N}]+/u, ''))
    .filter((word) => word !== '');
  const digits = text.replace(/^(?:\.{3}|…|\*|x)+\s*/i, '').replaceAll(/[\s.-]/g, '');
  const ending = /^\d{3,15}$/.test(digits) ? digits : null;
  const enough = words.join('').replaceAll(/[^\p{L}\p{N}]/gu, '').length >= 2;
  return ending || enough ? { words: enough ? words.slice(0, MOST_WORDS) : [], ending } : null;
}

/** The columns in which a word was found, for people to see why. */
export function matchedColumns(variables: Record<string, unknown>, { words }: Details): { name: string; value: string }[] {
  const wanted = words.map((word) => word.toLowerCase());
  return Object.entries(variables)
    .map(([name, value]) => ({ name, value: String(value ?? '') }))
    .filter(({ value }) => wanted.some((word) => value.toLowerCase().includes(word)))
    .slice(0, 3);
}

/** A provider's id of a message, as in its own pages and in the story of a recipient; null where the text is none. */
export function messageIdsOf(q: string): string[] | null {
  const text = plainText(q).replace(/^<(.*)>$/, '$1');
  if (!/^[\w-]{14,}(?:\.[\w.-]+)?$/.test(text) || /^[\d-]+$/.test(text) || (text.length < 20 && !/\d/.test(text))) return null;
  return messageIdBeginnings(text);
}
