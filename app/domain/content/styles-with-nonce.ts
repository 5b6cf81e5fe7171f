/** A tag as a browser reads it: what looks like another one within its quotation marks is part of it. */
const tags = /<(?:!--[\s\S]*?(?:-->|$)|[a-z/][^"'<>]*(?:"[^"]*"[^"'<>]*|'[^']*'[^"'<>]*)*>)/gi;

/** Lets the style elements of a message through the page's policy, and nothing else: no other tag can draw the nonce onto itself. */
export function stylesWithNonce(html: string, nonce: string): string {
  return html.replace(tags, (tag) => (/^<style[\s>]/i.test(tag) ? `<style nonce="${nonce}"${tag.slice('<style'.length)}` : tag));
}
