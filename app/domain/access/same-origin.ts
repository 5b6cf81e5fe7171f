/**
 * Does this request come from our own pages (or from no browser at all)? Every browser says Sec-Fetch-Site or, on writes, Origin;
 * another site can fake neither. Origin may name the public address or the host that was asked, so that a start on
 * 127.0.0.1 works where BASE_URL says localhost.
 */
export function isSameOrigin(request: Request, baseUrl: string): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site === 'same-origin' || site === 'none') return true;
  const origin = request.headers.get('origin');
  if (origin === null) return site === null;
  if (!URL.canParse(origin)) return false;
  if (origin === new URL(baseUrl).origin) return true;
  return site === null && new URL(origin).host === (request.headers.get('host') ?? new URL(request.url).host);
}
