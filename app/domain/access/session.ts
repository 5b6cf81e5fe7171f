/** One browser that somebody is signed in with. Times are ISO 8601 in UTC. */
export interface SessionJson {
  id: string;
  /** "Firefox on Windows", as far as the browser says. */
  device: string;
  /** Where it signed in from; of IPv6 the network. Null where that is not known. */
  address: string | null;
  began_at: string;
  /** To the minute. */
  used_at: string;
  /** The one that asks. */
  here: boolean;
}

const browsers: [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrome\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** What a browser calls itself, in words; programs by their own name. */
export function deviceName(userAgent: string | null): string {
  const said = userAgent ?? '';
  const browser = browsers.find(([pattern]) => pattern.test(said))?.[1];
  const system = systems.find(([pattern]) => pattern.test(said))?.[1];
  if (browser) return system ? `${browser} on ${system}` : browser;
  return said.split(/[\s/(]/)[0]?.slice(0, 40) || 'Unknown browser';
}
