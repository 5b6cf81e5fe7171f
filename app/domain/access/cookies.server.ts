/**
 * Before the name of every cookie of the server's where BASE_URL is https: browsers take such a one from this very host only, over https and for
 * all of its paths, so that no neighbour below the same domain puts one of theirs in its place.
 */
const HOST_PREFIX = '__Host-';

/** Where a cookie without the prefix is sent to, and what its value looks like. */
const kinds = {
  /** In which accounts this browser signed in before. Under its former name it is read, too: who came with it need not wait behind those who guess. */
  rollcall_browser: { path: '/', value: '[\\w.~-]{1,1000}', former: true },
  /** The password was said, and a code is asked for. */
  rollcall_step: { path: '/login', value: '[\\w.-]{1,300}', former: false },
  /** The secret of an invitation or of a link to a new password. */
  rollcall_link: { path: '/access', value: '[\\w-]{43}', former: false },
  /** The secret of the link by which the first administrator makes themself. Scripts send the form to /setup.data, which is not below /setup. */
  rollcall_setup: { path: '/', value: '[\\w-]{43}', former: false },
  /** What this browser was sent to the company's provider with. */
  'rollcall.oidc': { path: '/', value: '[\\w-]{1,3000}\\.[\\w-]{43}', former: false },
} as const;

export interface Cookie {
  /** Null where there is none, or it does not look like one. */
  read(headers: Headers): string | null;
  /** For `Set-Cookie`. */
  set(value: string, seconds: number): string;
  /** Its end. */
  forget(): string;
}

/** A cookie that is the server's alone. The session's own is better-auth's, with the same prefix (sessions.server.ts). @param baseUrl the public origin */
export function cookie(name: keyof typeof kinds, baseUrl: string): Cookie {
  const { path, value, former } = kinds[name];
  const secure = baseUrl.startsWith('https:');
  const [full, at] = secure ? [`${HOST_PREFIX}${name}`, '/'] : [name, path];
  const named = (one: string) => new RegExp(`(?:^|;\\s*)${one.replace('.', '\\.')}=(${value})(?:;|$)`);
  const [present, before] = [named(full), former && secure ? named(name) : null];
  const set = (text: string, seconds: number) =>
    `${full}=${text}; Path=${at}; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    read(headers) {
      const given = headers.get('cookie') ?? '';
      return (present.exec(given) ?? before?.exec(given))?.[1] ?? null;
    },
    set,
    forget: () => set('', 0),
  };
}

/** Of the session's cookie, whose name better-auth makes. */
export const sessionCookiePrefix = (secure: boolean) => `${secure ? HOST_PREFIX : ''}rollcall`;
