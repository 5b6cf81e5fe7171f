import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { AppLoadContext, LoaderFunction } from '@remix-run/node';
import { matchPath } from '@remix-run/router';
import { expect } from 'vitest';
import { type Door, through } from '#app/domain/access/door.server.ts';

/** Loaders and actions of the pages, found from the files, and called as the server calls them. */

interface RouteFile {
  id: string;
  parentId?: string;
  path?: string;
  file: string;
}
interface RouteModule {
  loader?: LoaderFunction;
  action?: LoaderFunction;
}

export const origin = 'http://localhost:3000';

const { flatRoutes } = createRequire(import.meta.url)('@remix-run/dev/dist/config/flat-routes.js') as {
  flatRoutes(appDirectory: string, ignored: string[]): Record<string, RouteFile>;
};
const files = flatRoutes(resolve('app'), ['**/*.test.{ts,tsx}']);
const modules = import.meta.glob<RouteModule>(['/app/routes/*.{ts,tsx}', '/app/routes/*/route.tsx', '!/app/routes/api.*']);

/** All routes but the API's. */
export const pages = Object.values(files).filter(({ file }) => modules[`/app/${file}`]);
export const loadPage = async (file: string): Promise<RouteModule> => (await modules[`/app/${file}`]?.()) ?? {};
const patternOf = ({ parentId, path = '' }: RouteFile): string => {
  const parent = parentId && files[parentId];
  return `${parent ? patternOf(parent) : ''}/${path}`.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1');
};

export type FormFields = Record<string, string | readonly string[]>;

/**
 * What a loader (without a form) or an action answers or throws, called through a door, as the server has one: the domain asks whoever comes
 * through it.
 */
export async function answerOfPage(
  context: AppLoadContext,
  route: string,
  path: string,
  form: FormFields | FormData | string | null,
  headers: Record<string, string>,
  door: Door = { door: 'page', address: null, device: null },
): Promise<unknown> {
  const file = files[`routes/${route}`] as RouteFile;
  const { loader, action } = await loadPage(file.file);
  const url = new URL(path, origin);
  const match = matchPath(patternOf(file), url.pathname) ?? matchPath({ path: patternOf(file), end: false }, url.pathname);
  expect(match, `${path} is not ${patternOf(file)}`).not.toBeNull();
  const sent = { ...headers, ...(typeof form === 'string' && { 'content-type': 'application/json' }) };
  const request = new Request(url, form === null ? { headers } : { method: 'POST', headers: sent, body: bodyOf(form) });
  const run = form === null ? loader : action;
  return through(door, async (): Promise<unknown> => run?.({ request, params: match?.params ?? {}, context })).catch((thrown: unknown) => {
    if (thrown instanceof Response || isData(thrown)) return thrown;
    throw thrown;
  });
}

const bodyOf = (form: FormFields | FormData | string) =>
  form instanceof FormData || typeof form === 'string'
    ? form
    : new URLSearchParams(Object.entries(form).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)])));

export function isData(value: unknown): value is { init: ResponseInit | null; data: unknown } {
  return (value as { type?: string } | null)?.type === 'DataWithResponseInit';
}

/** The status of an answer, or where it leads. */
export async function gotOf(answer: unknown): Promise<number | string> {
  if (isData(answer)) return answer.init?.status ?? 200;
  if (!(answer instanceof Response)) return 200;
  await answer.body?.cancel();
  return answer.headers.get('location') ?? answer.status;
}

/** What a route's forms may ask for, as the code of its action has it; "import" is an upload. */
export function intentsOf(file: string): string[] {
  const code = readFileSync(`app/${file}`, 'utf8');
  const beside = [...code.matchAll(/import \{ ([^}]*) \} from '#(app\/(?:routes|http)\/[^']+\.server\.ts)'/g)].flatMap(
    ([, names = '', path]) => {
      const text = readFileSync(path as string, 'utf8');
      return names.split(',').map((name) => bodyOfFunction(text, name.replace(/^\s*type\s/, '').trim()));
    },
  );
  const all = [code, ...beside].flatMap((text) => [
    ...[...text.matchAll(/(?:case|\bintent [!=]==) '([\w-]+)'/g)].map(([, intent]) => intent as string),
    ...(text.includes('multipart/form-data') ? ['import'] : []),
  ]);
  return [...new Set(all)].sort();
}

/** With the table of acts that it looks into, where there is one. */
function bodyOfFunction(text: string, name: string): string {
  const from = text.search(new RegExp(`(export )?(async )?function ${name}\\b`));
  if (from < 0) return '';
  const rest = text.slice(from);
  const body = rest.slice(0, rest.search(/\n}\n/) + 1);
  return /\bacts\b/.test(body) ? body + text.slice(text.indexOf('const acts'), from).replaceAll(/^ {2}(\w+): \{/gm, "case '$1':") : body;
}
