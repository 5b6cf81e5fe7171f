const maxLength = 300;
/** What is looked at; the patterns are bounded too, so that a hostile answer costs no time. */
const maxInput = 4000;

const patterns: [RegExp, string][] = [
  [/\bSG\.[\w.-]+/g, '[key]'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [key]'],
  [/\/\/[^/\s:@]{1,200}:[^/\s@]{1,200}@/g, '//[key]@'],
  [/\b(AC|SK)[0-9a-f]{32}\b/gi, '$1[id]'],
  [/[^\s"'<>()[\]/,:;=]{1,64}@[^\s"'<>()[\],:;]+/g, '[address]'],
  // Dots only as in a phone number, so that IP addresses stay readable.
  [/\+?\(?\d[\d\s()-]{5,30}\d|\b\d{3}\.\d{3}\.\d{4}\b/g, '[number]'],
];

/**
 * Text fit for a log: without the given secrets (also in Base64, as Basic credentials carry them), anything that looks like a
 * provider's key, email addresses and phone numbers; one line of at most 300 characters.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    clean = clean.replaceAll(secret, '[key]').replaceAll(encodeURIComponent(secret), '[key]').replaceAll(base64(secret), '[key]');
  }
  clean = clean.slice(0, maxInput);
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  clean = clean.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return clean.length > maxLength ? `${clean.slice(0, maxLength - 1)}…` : clean;
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
