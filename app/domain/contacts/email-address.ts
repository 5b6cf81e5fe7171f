const MAX_LENGTH = 254;
const MAX_LOCAL = 64;

// RFC 5321, 4.1.2: Dot-string. Quoted local parts exist on paper only, and SendGrid refuses non-ASCII ones.
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
// RFC 1123 host names of two labels or more; a top-level domain starts with a letter (xn-- included). Reserved ones such as .test are fine.
const domainName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const control = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * The one spelling under which an email address is kept and compared: lower case, no spaces around it, the domain in ASCII (IDNA).
 * Takes what exports contain: `mailto:ana@example.com`, `Ana Lopez <ana@example.com>`.
 *
 * @returns null where it is no address that a message could be sent to
 */
export function normaliseEmail(raw: string): string | null {
  const address = bareAddress(raw.trim()).toLowerCase();
  const at = address.lastIndexOf('@');
  if (at < 1 || at > MAX_LOCAL) {
    return null;
  }
  const local = address.slice(0, at);
  const domain = asciiDomain(address.slice(at + 1));
  if (domain === null || local.length + 1 + domain.length > MAX_LENGTH || !localPart.test(local)) {
    return null;
  }
  return `${local}@${domain}`;
}

function bareAddress(text: string): string {
  if (text.endsWith('>')) {
    const named = /^([^<>]*)<([^<>]*)>$/.exec(text);
    // "a@example.com, Bob <b@example.com>" names two people: there is no telling whom the row means.
    const name = named?.[1]?.trim() ?? '';
    return named && !(name.includes('@') && /[,;]/.test(name)) ? stripScheme((named[2] ?? '').trim()) : '';
  }
  return stripScheme(text);
}

function stripScheme(text: string): string {
  return /^mailto:/i.test(text) ? text.slice('mailto:'.length).trim() : text;
}

function asciiDomain(domain: string): string | null {
  if (domainName.test(domain)) {
    return domain.length <= 253 ? domain : null;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: "not ASCII" is the question
  if (!/[^\u0000-\u007f]/.test(domain) || control.test(domain) || /[\s/?#@:\\[\]%]/.test(domain)) {
    return null;
  }
  // The URL parser carries the IDNA tables (UTS 46), in Node and in browsers alike.
  const url = URL.parse(`http://${domain}`);
  return url && domainName.test(url.hostname) && url.hostname.length <= 253 ? url.hostname : null;
}
