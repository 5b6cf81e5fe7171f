import { normaliseEmail } from './email-address.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get into a header
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
/** They turn the reading direction of what stands around them. */
const direction = /[\u202a-\u202e\u2066-\u2069]/;
const MAX_LENGTH = 320;

/**
 * The one way in which a sender of emails is read, in EMAIL_FROM and in a campaign: an address, or "Name <address>", the name with or without
 * quotation marks. Names may have commas, and letters of any language.
 *
 * @returns as it is kept and sent, the name without its quotation marks; null where it is not one sender
 */
export function readSender(text: string): string | null {
  const given = text.trim();
  if (given.length > MAX_LENGTH || control.test(given) || direction.test(given)) return null;
  const named = /^([^<>]*)<([^<>]*)>$/.exec(given);
  const address = bare((named?.[2] ?? given).trim());
  if (!address) return null;
  const name = unquoted((named?.[1] ?? '').trim());
  if (name === null) return null;
  return name ? `${name} <${address}>` : address;
}

/** As it was written but for the domain, which travels in ASCII. */
function bare(text: string): string | null {
  if (/[\s,;:"()]/.test(text)) return null;
  const normal = normaliseEmail(text);
  return normal && text.slice(0, text.lastIndexOf('@')) + normal.slice(normal.lastIndexOf('@'));
}

function unquoted(name: string): string | null {
  const inner = /^"((?:[^"\\]|\\.)*)"$/.exec(name)?.[1];
  if (inner !== undefined) return inner.replaceAll(/\\(.)/g, '$1').trim();
  // "a@example.com, Bob <b@example.com>" names two people.
  const open = (name.match(/"/g)?.length ?? 0) % 2 === 1;
  return open || (name.includes('@') && /[,;]/.test(name)) ? null : name;
}
