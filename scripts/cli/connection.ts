import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BadInput, readUrl } from '../send/arguments.ts';
import { readLogins } from './logins.ts';
import type { Terminal } from './terminal.ts';

/** Which Rollcall, and by which key. */
export interface Connection {
  url: string;
  key: string;
}

const isHere = (url: string) => ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);

/**
 * A key goes only to the Rollcall that it is for: API_KEY to the one that is named beside it (--url, else BASE_URL, else this machine's), one of a
 * login to the one that was logged in to, and the one that the first start left to this machine's.
 *
 * @throws BadInput where there is no key for it
 */
export async function connectionFor(option: string | undefined, { env, root }: Pick<Terminal, 'env' | 'root'>): Promise<Connection> {
  const named = option === undefined ? undefined : readUrl(option);
  const here = readUrl(env.BASE_URL ?? `http://localhost:${env.PORT || 3000}`);
  const given = env.API_KEY?.trim();
  if (given) return { url: named ?? here, key: given };

  const { current, keys } = await readLogins(env);
  const meant = named ?? current;
  const key = meant ? keys[meant] : undefined;
  if (meant && key) return { url: meant, key };

  const url = named ?? here;
  if (url === here || isHere(url)) {
    const left = (await readFile(resolve(root, env.DATA_DIR || '.data', 'api-key'), 'utf8').catch(() => '')).trim();
    if (left) return { url, key: left };
  }
  throw new BadInput(`There is no API key for ${url}. Log in (rollcall login${named ? ` --url ${url}` : ''}), or set API_KEY.`);
}
