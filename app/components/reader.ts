/** How the reader of a page writes numbers and times. The same on server and browser for one rendering, so that both write the same text. */
export interface Reader {
  /** BCP 47. */
  locale: string;
  /** IANA name. UTC until the browser has told. */
  timeZone: string;
  /** When the page was made, ms since 1970: the first "now" of relative times. */
  now: number;
}

export const timeZoneCookie = 'rollcall_zone';

function isKnownLocale(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

function isKnownZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Reads Accept-Language (RFC 9110, 12.5.4) and the zone cookie; the page's words are English, its numbers and times the reader's. */
export function readReader(headers: Headers, now: number): Reader {
  const preferred = (headers.get('accept-language') ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const q = parameters.find((p) => p.trim().startsWith('q='))?.split('=')[1];
      return { tag: tag.trim(), quality: q === undefined ? 1 : Number(q) };
    })
    .filter(({ tag, quality }) => tag !== '' && tag !== '*' && quality > 0 && isKnownLocale(tag))
    .sort((a, b) => b.quality - a.quality);
  const cookie = new RegExp(`(?:^|; *)${timeZoneCookie}=([^;]+)`).exec(headers.get('cookie') ?? '')?.[1];
  const zone = cookie ? safelyDecoded(cookie) : 'UTC';
  return { locale: preferred[0]?.tag ?? 'en-US', timeZone: isKnownZone(zone) ? zone : 'UTC', now };
}

function safelyDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return 'UTC';
  }
}
