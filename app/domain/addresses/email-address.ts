import { type AddressReading, read, refused } from './address-reading.ts';
import { plainText } from './plain-text.ts';

/** What may stand in a cell: an address with somebody's name. */
const MAX_WRITTEN = 500;
const MAX_LENGTH = 254;
const MAX_LOCAL = 64;

// RFC 5321, 4.1.2: Dot-string. Quoted local parts exist on paper only, and SendGrid refuses non-ASCII ones.
const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
// RFC 1123 host names of two labels or more; a top-level domain starts with a letter (xn-- included). Reserved ones such as .test are fine.
const domainName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const control = /[\u0000-\u001f\u007f-\u009f]/;
/** `ana` in a domain is one thing in Latin letters and another in Cyrillic ones; both in one word are a trick or a slip. */
const twoAlphabets =
  /\p{Script=Latin}[^.]*[\p{Script=Cyrillic}\p{Script=Greek}]|[\p{Script=Cyrillic}\p{Script=Greek}][^.]*\p{Script=Latin}/u;

/**
 * Reads an email address as people and exports write it: with invisible marks, blanks or quotation marks around it, a full stop or comma
 * after it, `mailto:`, a name (`Ana Lopez <ana@example.com>`). The one spelling under which it is kept: lower case, the domain in ASCII (IDNA).
 * What names two addresses, or would have to be repaired by guessing, is refused. For both channels see `read-address.ts`.
 */
export function readEmail(raw: string): AddressReading {
  const written = plainText(raw);
  if (written.length > MAX_WRITTEN) return refused('not a valid address');
  const text = unwrap(written);
  if (text === '') return refused('no address');
  const address = bareAddress(text);
  const at = address.lastIndexOf('@');
  const domain = asciiDomain(address.slice(at + 1).toLowerCase());
  const local = address.slice(0, Math.max(at, 0));
  const whole = domain !== null && local.length <= MAX_LOCAL && local.length + 1 + domain.length <= MAX_LENGTH;
  // "ana%2Bnews" is "ana+news" in a link: which of the two is meant nobody knows.
  if (whole && localPart.test(local) && !/%[0-9a-f]{2}/i.test(local)) {
    return read(`${local.toLowerCase()}@${domain}`);
  }
  return refused('not a valid address', adviceOn(text));
}

/** The address as it is kept, or null; for the reason see {@link readEmail}. */
export function normaliseEmail(raw: string): string | null {
  return readEmail(raw).address;
}

/** What stands around an address in lists, programs' fields and spreadsheets and is not part of it. */
function unwrap(text: string): string {
  const bare = text
    .replace(/^=\s*(?=")/, '')
    .replace(/[.,;:\s]+$/, '')
    .replace(/^[,;\s]+/, '')
    .replace(/^(?:e-?mail|smtp)\s*:\s*/i, '')
    // A comment, as in old mail: "ana@example.com (Ana Lopez)".
    .replace(/^\([^()@]*\)\s*(?=[^\s<])|(?<=[^\s>])\s*\([^()@]*\)$/g, '');
  const quoted = /^(["'\u2018\u201c\u201e\u00ab])(.*)["'\u2019\u201c\u201d\u00bb]$/s.exec(bare);
  if (quoted && !quoted[2]?.includes(quoted[1] as string)) return (quoted[2] as string).trim();
  const bracketed = /^(?:\(([^()]*)\)|\[([^[\]]*)\]|`([^`]*)`|<([^<>]*)|([^<>]*@[^<>]*)>)$/.exec(bare);
  if (bracketed) return (bracketed.slice(1).find((inner) => inner !== undefined) as string).trim();
  // A spreadsheet's mark for text; twice where it went through two.
  return bare.replace(/^['\u2019]+(?=[^'\u2019]*$)/, '').trim();
}

function bareAddress(text: string): string {
  const bare = stripScheme(text);
  const named = /^([^<>]*)<([^<>]*)>$/.exec(bare);
  if (!named) return bare;
  const inner = unwrap(stripScheme(plainText(named[2] ?? '')));
  // "a@example.com, Bob <b@example.com>" names two people: there is no telling whom the row means.
  const name = (named[1] ?? '').replace(/[\s"']/g, '').toLowerCase();
  return name.includes('@') && name !== inner.toLowerCase() ? '' : inner;
}

function stripScheme(text: string): string {
  const link = /^mailto:(?:\/\/)?([^?]*)/i.exec(text);
  if (!link) return text;
  try {
    return decodeURIComponent(link[1] ?? '')
      .trim()
      .replace(/^<(.*)>$/, '$1');
  } catch {
    return '';
  }
}

function adviceOn(text: string): string | null {
  const parts = text.split(/[\s,;|/<>]+/).filter((part) => /^[^@]+@[^@]+\.[^@]+$/.test(part));
  if (parts.length > 1) return 'There is more than one address. Keep one in this column.';
  if (twoAlphabets.test(text.slice(text.lastIndexOf('@') + 1))) return 'Its domain mixes letters of two alphabets. Type the address again.';
  if (/\s/.test(text)) {
    // "Ana Lopez ana@example.com" without its blanks would be somebody else's.
    if (text.split(/\s+/).some((part) => normaliseEmail(part) !== null))
      return 'There is more than the address. Keep only the address in this column.';
    if (normaliseEmail(text.replace(/\s/g, '')) !== null) return 'There is a blank inside the address. Remove it.';
  }
  return null;
}

function asciiDomain(domain: string): string | null {
  if (domainName.test(domain)) {
    return domain.length <= 253 ? domain : null;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: "not ASCII" is the question
  if (!/[^\u0000-\u007f]/.test(domain) || control.test(domain) || /[\s/?#@:\\[\]%\p{S}]/u.test(domain) || twoAlphabets.test(domain)) {
    return null;
  }
  // The URL parser carries the IDNA tables (UTS 46), in Node and in browsers alike.
  const url = URL.parse(`http://${domain}`);
  return url && domainName.test(url.hostname) && url.hostname.length <= 253 ? url.hostname : null;
}
