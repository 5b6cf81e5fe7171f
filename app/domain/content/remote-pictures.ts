// Each run has an end: a message may be a megabyte of blanks.
const remote =
  /\b(?:src|srcset|background|poster)\s{0,20}=\s{0,20}["']?[^"'>]{0,200}?\/\/|url\(\s{0,20}(?:["']|&quot;|&#39;)?\s{0,20}(?:https?:)?\/\/|@import/i;

/**
 * Would showing this message ask other servers for pictures, fonts or styles? When in doubt, yes: the answer decides only whether a page
 * offers to show them. What keeps them from being loaded is the policy of the frame (framePolicy).
 */
export function hasRemotePictures(html: string): boolean {
  return remote.test(html);
}

/** The Content-Security-Policy of a message in a frame. Pictures tell their servers that somebody looks, when and from where. */
export function framePolicy(pictures: boolean): string {
  const from = pictures ? 'https: data:' : 'data:';
  return `default-src 'none'; style-src 'unsafe-inline'; img-src ${from}; font-src ${from}`;
}

/** Without link elements: a policy keeps styles and icons out, but not that a browser looks up or calls a server beforehand. */
export function withoutLinks(html: string): string {
  return html.replace(/<link(?=[\s/>])/gi, '<x-link');
}
