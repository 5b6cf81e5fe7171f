import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BadInput, type Connection, readUrl } from '../send/arguments.ts';
import type { Terminal } from '../send/terminal.ts';
import { readLogins } from './logins.ts';

type Surroundings = Pick<Terminal, 'env' | 'settings' | 'root'>;

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Where this folder's Rollcall is: as its own settings say, and on this machine at its port. */
function ownUrls({ env, settings }: Surroundings): [string, ...string[]] {
  const port = env.PORT || settings.PORT || 3000;
  const here = LOOPBACK.map((host) => new URL(`http://${host}:${port}`).origin);
  return [readUrl(settings.BASE_URL || `http://localhost:${port}`), ...here];
}

/** The Rollcall that is meant where a key is to be kept. @param option --url @throws BadInput */
export function urlFor(option: string | undefined, surroundings: Surroundings): string {
  return readUrl(option ?? (surroundings.env.BASE_URL || ownUrls(surroundings)[0]));
}

/**
 * Which Rollcall, and by which key. A key goes only to the Rollcall that it is for: API_KEY of the environment to the one that is named beside it (--url,
 * else BASE_URL, else this folder's), one of a login to the one that was logged in to, and the ones that are in this folder (API_KEY in `.env`, and the
 * one that the first start left) to this folder's own.
 *
 * @param option --url
 * @throws BadInput where there is no key for it
 */
export async function connectionFor(option: string | undefined, surroundings: Surroundings): Promise<Connection> {
  const { env, settings, root } = surroundings;
  const own = ownUrls(surroundings);
  const text = option ?? (env.BASE_URL || undefined);
  const named = text === undefined ? undefined : readUrl(text);
  const given = env.API_KEY?.trim();
  if (given) return { url: named ?? own[0], key: given };

  const { current, keys } = await readLogins(env);
  const meant = named ?? current;
  const kept = meant ? keys[meant] : undefined;
  if (meant && kept) return { url: meant, key: kept };

  const url = named ?? own[0];
  if (own.includes(url)) {
    const folder = env.DATA_DIR || settings.DATA_DIR || '.data';
    const left = settings.API_KEY?.trim() || (await readFile(resolve(root, folder, 'api-key'), 'utf8').catch(() => '')).trim();
    if (left) return { url, key: left };
  }
  throw new BadInput(`There is no API key for ${url}. Log in (rollcall login${named ? ` --url ${url}` : ''}), or set API_KEY.`);
}
