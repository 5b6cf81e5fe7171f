/**
 * Does this request come from our own pages (or from no browser at all)? Every browser says Sec-Fetch-Site or, on writes, Origin; another
 * site can fake neither. BASE_URL says which origin is ours, whatever a proxy made of the Host header; where a proxy adds https to a BASE_URL
 * without it, that is ours too. Origin may also name the host that was asked (X-Forwarded-Host counts where the server left it in: only
 * trusted proxies' does), so that a start on 127.0.0.1 works where BASE_URL says localhost.
 */
export function isSameOrigin(request: Request, baseUrl: string): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site === 'same-origin' || site === 'none') return true;
  const origin = request.headers.get('origin');
  if (origin === null) return site === null;
  if (!URL.canParse(origin)) return false;
  const given = new URL(origin);
  const ours = new URL(baseUrl);
  if (given.origin === ours.origin || given.origin === ours.origin.replace(/^http:/, 'https:')) return true;
  const asked = [request.headers.get('x-forwarded-host')?.split(',')[0]?.trim(), request.headers.get('host'), new URL(request.url).host];
  return site === null && sameHost(given, asked.find((name) => name) ?? '');
}

/** With its scheme's own port written out or not. */
function sameHost(origin: URL, host: string): boolean {
  const url = URL.parse(`${origin.protocol}//${host}`);
  return url !== null && url.host === origin.host;
}
