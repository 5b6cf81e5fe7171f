import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { AppLoadContext, LoaderFunction } from '@remix-run/node';
import { matchPath } from '@remix-run/router';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnv } from '#app/config/env.server.ts';
import { createLogger } from '#app/config/log.server.ts';
import { createApiKey, type NewKey, revokeApiKey } from '#app/domain/access/api-keys.server.ts';
import { createAuth } from '#app/domain/access/auth.server.ts';
import { through } from '#app/domain/access/door.server.ts';
import { disablePerson, listPeople } from '#app/domain/access/people.server.ts';
import type { Person } from '#app/domain/access/person.ts';
import { type Role, roles, scopes } from '#app/domain/access/roles.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { knownCampaign } from '#tests/support/known-ledger.ts';

/** Loaders and actions of the pages, called as the server calls them: with a real session, or with none. */

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

const { flatRoutes } = createRequire(import.meta.url)('@remix-run/dev/dist/config/flat-routes.js') as {
  flatRoutes(appDirectory: string, ignored: string[]): Record<string, RouteFile>;
};
const files = flatRoutes(resolve('app'), ['**/*.test.{ts,tsx}']);
const modules = import.meta.glob<RouteModule>(['/app/routes/*.{ts,tsx}', '/app/routes/*/route.tsx', '!/app/routes/api.*']);
const pages = Object.values(files).filter(({ file }) => modules[`/app/${file}`]);
const load = async (file: string): Promise<RouteModule> => (await modules[`/app/${file}`]?.()) ?? {};
const patternOf = ({ parentId, path = '' }: RouteFile): string => {
  const parent = parentId && files[parentId];
  return `${parent ? patternOf(parent) : ''}/${path}`.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1');
};

const all = roles;
const helpers: readonly Role[] = ['admin', 'marketer', 'support'];
const makers: readonly Role[] = ['admin', 'marketer'];
const admins: readonly Role[] = ['admin'];

/** What somebody gets: a status, or where they are led. */
type Got = number | string;
/**
 * The route, a path, the form of an action, and what those get who may; all others are refused with 403, and who is not signed in is led to
 * the sign-in. `out`: what these get instead. `others`: what those get who may not, instead.
 */
type Row = readonly [
  route: string,
  path: string,
  form: Record<string, string> | null,
  who: readonly Role[],
  got: Got,
  out?: Got | undefined,
  others?: Got,
];

const DRAFT = 1;
const ENDED = 2;
const NOBODY = 999_999;
const campaign = `/campaigns/${ENDED}`;

const table: Row[] = [
  ['_app', '/', null, all, 200],
  ['_app._index', '/', null, all, 200],
  ['_app._index', '/', {}, makers, '/campaigns/*/edit'],
  ['_app.account', '/account', null, all, 200],
  ['_app.account', '/account', { intent: 'password', former: 'not this one', password: 'a longer password' }, all, 422],
  ['_app.account', '/account', { intent: 'end', id: 'nobody' }, all, 404],
  ['_app.account', '/account', { intent: 'end-others' }, all, 200],
  ['_app.account_.second-factor', '/account/second-factor', null, all, 200],
  ['_app.account_.second-factor', '/account/second-factor', { intent: 'confirm', code: '123456' }, all, 409],
  ['_app.campaigns.$id', campaign, null, all, 200],
  ['_app.campaigns.$id', `/campaigns/${DRAFT}`, null, makers, `/campaigns/${DRAFT}/edit`, undefined, 200],
  ['_app.campaigns.$id', `/campaigns/${NOBODY}`, null, all, 404],
  ['_app.campaigns.$id', '/campaigns/abc', null, all, 404],
  ['_app.campaigns.$id', campaign, { intent: 'pause' }, makers, 409],
  ['_app.campaigns.$id', campaign, { intent: 'resume' }, makers, 409],
  ['_app.campaigns.$id', campaign, { intent: 'cancel' }, makers, 409],
  ['_app.campaigns.$id', campaign, { intent: 'send_now' }, makers, 409],
  ['_app.campaigns.$id', campaign, { intent: 'unschedule' }, makers, 409],
  ['_app.campaigns.$id', campaign, { intent: 'clone' }, makers, '/campaigns/*/edit'],
  ['_app.campaigns.$id', campaign, { intent: 'destroy' }, all, 400],
  ['_app.campaigns.$id.recipients.$rid', `${campaign}/recipients/2`, null, all, 200],
  ['_app.campaigns.$id.recipients.$rid', `${campaign}/recipients/${NOBODY}`, null, all, 404],
  ['_app.campaigns.$id.recipients.$rid', `${campaign}/recipients/2`, { intent: 'retry' }, helpers, 409],
  ['_app.campaigns.$id.recipients.$rid', `${campaign}/recipients/2`, { intent: 'resolve', outcome: 'sent' }, helpers, 409],
  ['_app.campaigns.$id.recipients.$rid', `${campaign}/recipients/2`, { intent: 'suppress' }, helpers, 200],
  ['_app.campaigns.$id.retry', `${campaign}/retry`, null, makers, 200],
  ['_app.campaigns.$id.retry', `${campaign}/retry`, {}, makers, 409],
  ['_app.campaigns.$id_.approval', `/campaigns/${DRAFT}/approval`, null, all, `/campaigns/${DRAFT}`],
  ['_app.campaigns.$id_.approval', `/campaigns/${NOBODY}/approval`, null, all, 404],
  ['_app.campaigns.$id_.approval', `/campaigns/${DRAFT}/approval`, { intent: 'approve', hash: 'x' }, makers, 409],
  ['_app.campaigns.$id_.approval', `/campaigns/${DRAFT}/approval`, { intent: 'decline', hash: 'x' }, makers, 409],
  ['_app.campaigns.$id_.approval', `/campaigns/${DRAFT}/approval`, { intent: 'nothing' }, makers, 400],
  ['_app.campaigns.$id_.edit', `/campaigns/${DRAFT}/edit`, { intent: 'ask' }, makers, 409],
  ['_app.campaigns.$id_.edit', `/campaigns/${DRAFT}/edit`, { intent: 'take-back', hash: 'x' }, makers, 409],
  ['_app.campaigns.$id_.edit', `/campaigns/${DRAFT}/edit`, null, makers, 200, undefined, `/campaigns/${DRAFT}`],
  ['_app.campaigns.$id_.edit', `/campaigns/${NOBODY}/edit`, null, all, 404],
  ['_app.campaigns.$id_.edit', `/campaigns/${DRAFT}/edit`, { intent: 'save', name: 'Spring' }, makers, `/campaigns/${DRAFT}/edit`],
  ['_app.campaigns.$id_.edit', `/campaigns/${DRAFT}/edit`, { intent: 'send' }, makers, 422],
  ['_app.campaigns.$id_.edit', `/campaigns/${NOBODY}/edit`, { intent: 'delete' }, makers, 404],
  ['_app.campaigns.$id_.edit', `/campaigns/${NOBODY}/edit`, { intent: 'empty' }, makers, 404],
  ['_app.campaigns.$id_.edit', `/campaigns/${DRAFT}/edit`, { intent: 'stop-import', run: '1' }, makers, 200],
  ['_app.campaigns.$id_.edit', `/campaigns/${DRAFT}/edit`, { intent: 'dismiss-import', run: '1' }, makers, 200],
  ['_app.campaigns.new', '/campaigns/new', null, makers, 200],
  ['_app.campaigns.new', '/campaigns/new', { name: 'New', channel: 'sms' }, makers, '/campaigns/*/edit'],
  ['_app.people', '/people', null, all, 200],
  ['_app.people', '/people?q=bo%40example.com', null, all, 200],
  ['_app.people', '/people', { intent: 'add', address: 'nobody' }, helpers, 422],
  ['_app.people', '/people', { intent: 'suppress', address: 'nobody' }, helpers, 422],
  ['_app.people', '/people', { intent: 'remove', channel: 'email', address: 'nobody@example.com' }, helpers, 404],
  ['_app.reports', '/reports', null, all, 200],
  ['_app.restored', '/restored', null, all, 200],
  ['_app.restored', '/restored', {}, admins, 200],
  ['_app.settings', '/settings', null, all, 200],
  ['_app.settings._index', '/settings', null, admins, '/settings/webhooks'],
  ['_app.settings.keys', '/settings/keys', null, admins, 200],
  ['_app.settings.keys', '/settings/keys', { intent: 'add' }, admins, 422],
  ['_app.settings.keys', '/settings/keys', { intent: 'rename', id: '999999', name: 'Other' }, admins, 404],
  ['_app.settings.keys', '/settings/keys', { intent: 'revoke', id: '999999' }, admins, 404],
  ['_app.settings.audit', '/settings/audit', null, admins, 200],
  ['_app.settings.audit', '/settings/audit?who=ana&action=nonsense&from=2026-13-45&cursor=nonsense', null, admins, 200],
  ['_app.settings.limits', '/settings/limits', null, admins, 200],
  ['_app.settings.limits', '/settings/limits', { intent: 'rate', channel: 'email', rate: 'many' }, admins, 422],
  ['_app.settings.limits', '/settings/limits', { intent: 'probe', channel: 'email' }, admins, 409],
  ['_app.settings.approval', '/settings/approval', null, admins, 200],
  ['_app.settings.approval', '/settings/approval', { intent: 'save', large: 'on', more_than: 'many' }, admins, 422],
  ['_app.settings.people', '/settings/people', null, admins, 200],
  ['_app.settings.people', '/settings/people', { intent: 'add' }, admins, 422],
  ['_app.settings.people', '/settings/people', { intent: 'sessions', idle_hours: '0', longest_days: '30' }, admins, 422],
  ['_app.settings.people', '/settings/people', { intent: 'renew', id: '999999' }, admins, 409],
  ['_app.settings.people', '/settings/people', { intent: 'revoke', id: '999999' }, admins, 409],
  ['_app.settings.people', '/settings/people', { intent: 'role', id: 'nobody', role: 'admin' }, admins, 404],
  ['_app.settings.people', '/settings/people', { intent: 'disable', id: 'nobody' }, admins, 404],
  ['_app.settings.people', '/settings/people', { intent: 'enable', id: 'nobody' }, admins, 404],
  ['_app.settings.people', '/settings/people', { intent: 'people-data', left: 'owner' }, admins, 422],
  ['_app.settings.people', '/settings/people', { intent: 'second-factor', role: 'nobody' }, admins, 422],
  ['_app.settings.people_.$id', '/settings/people/nobody', null, admins, 404],
  ['_app.settings.people_.$id', '/settings/people/nobody', { intent: 'second-factor' }, admins, 404],
  ['_app.settings.people_.$id', '/settings/people/nobody', { intent: 'rename', name: 'Somebody' }, admins, 404],
  ['_app.settings.people_.$id', '/settings/people/nobody', { intent: 'delete' }, admins, 404],
  ['_app.settings.people_.$id', '/settings/people/nobody', { intent: 'sign-out' }, admins, 404],
  ['_app.settings.people_.$id', '/settings/people/nobody', { intent: 'reset' }, admins, 404],
  ['_app.settings.providers', '/settings/providers', null, admins, 200],
  ['_app.settings.providers', '/settings/providers', { intent: 'save', channel: 'email' }, admins, 409],
  ['_app.settings.providers', '/settings/providers', { intent: 'remove', channel: 'sms' }, admins, 404],
  ['_app.settings.webhooks.$id', `/settings/webhooks/${NOBODY}`, null, admins, 404],
  ['_app.settings.webhooks.$id', `/settings/webhooks/${NOBODY}`, { intent: 'delete' }, admins, 404],
  ...['save', 'enable', 'disable', 'rotate', 'test', 'remove'].map(
    (intent): Row => ['_app.settings.webhooks.$id', `/settings/webhooks/${NOBODY}`, { intent }, admins, intent === 'save' ? 422 : 404],
  ),
  ['_app.settings.webhooks.$id', `/settings/webhooks/${NOBODY}`, { intent: 'resend', delivery: '1' }, admins, 404],
  ['_app.settings.webhooks._index', '/settings/webhooks', null, admins, 200],
  ['_app.settings.webhooks.new', '/settings/webhooks/new', null, admins, 200],
  ['_app.settings.webhooks.new', '/settings/webhooks/new', {}, admins, 422],
  ['_app.suppressions', '/suppressions', null, all, 200],
  ['_app.suppressions', '/suppressions', { intent: 'add', address: 'nobody' }, helpers, 422],
  ['_app.suppressions', '/suppressions', { intent: 'import' }, helpers, 400],
  ['_app.suppressions', '/suppressions', { intent: 'suppress', address: 'nobody' }, helpers, 422],
  ['_app.suppressions', '/suppressions', { intent: 'remove', channel: 'email', address: 'nobody@example.com' }, helpers, 404],
  ['access.$token', '/access/nonsense', null, all, '/access/password', '/access/password'],
  ['access.forgot', '/access/forgot', null, all, 200, 200],
  ['access.forgot', '/access/forgot', {}, all, 409, 409],
  ['access.password', '/access/password', null, all, 404, 404],
  ['access.password', '/access/password', { link: '1', password: 'a long password' }, all, 409, 409],
  ['campaigns.$id.insights', `${campaign}/insights`, null, all, 200],
  ['campaigns.$id.ledger', `${campaign}/ledger`, null, all, 200],
  ['campaigns.$id.recipients.$rid.message', `${campaign}/recipients/2/message`, null, all, 200],
  ['campaigns.$id_.changes', `${campaign}/changes`, null, all, 200, 401],
  ['campaigns.$id_.check', `/campaigns/${DRAFT}/check`, null, makers, 200],
  ['campaigns.$id_.check', `/campaigns/${DRAFT}/check`, {}, makers, 422],
  ['campaigns.$id_.message', `${campaign}/message`, null, all, 200, 401],
  ['campaigns._index', '/campaigns', null, all, '/', '/'],
  ['favicon[.]ico', '/favicon.ico', null, all, '/favicon.svg', '/favicon.svg'],
  ['login', '/login', null, all, '/', 200],
  ['login', '/login', {}, all, 422, 422],
  ['login_.code', '/login/code', null, all, '/', '/login?late=1'],
  ['login_.code', '/login/code', { code: '123456' }, all, '/login?late=1', '/login?late=1'],
  // Where there is no provider there is no such address.
  ['login_.oidc', '/login/oidc', null, all, 404, 404],
  ['login_.oidc_.callback', '/login/oidc/callback?code=x&state=y', null, all, 404, 404],
  ['login_.oidc_.out', '/login/oidc/out', null, all, 404, 404],
  ['logout', '/logout', null, all, '/', '/'],
  ['notifications', '/notifications', null, all, 200],
  ['notifications', '/notifications', { id: 'all' }, all, 204],
  ['notifications', '/notifications', { id: 'x' }, all, 400],
  ['reports[.]csv', '/reports.csv', null, all, 200],
  ['search', '/search?q=ana', null, all, 200],
  ['second-factor', '/second-factor', null, all, 200, '/login'],
  ['second-factor', '/second-factor', {}, all, '/account/second-factor', '/account/second-factor'],
  ['setup', '/setup', null, all, '/login?made=1', '/login?made=1'],
  ['setup', '/setup', {}, all, '/login?made=1', '/login?made=1'],
  ['setup_.$token', '/setup/nonsense', null, all, '/setup?wrong=1', '/setup?wrong=1'],
  ['signed-in', '/signed-in', null, all, 200],
  ['suppressions[.]csv', '/suppressions.csv', null, all, 200],
  ['u.$token', '/u/nonsense', null, all, 404, 404],
  ['u.$token', '/u/nonsense', {}, all, 404, 404],
  ['webhooks.sendgrid', '/webhooks/sendgrid', null, all, 405, 405],
  ['webhooks.sendgrid', '/webhooks/sendgrid', {}, all, 403, 403],
  ['webhooks.twilio.inbound', '/webhooks/twilio/inbound', null, all, 405, 405],
  ['webhooks.twilio.inbound', '/webhooks/twilio/inbound', {}, all, 403, 403],
  ['webhooks.twilio.status', '/webhooks/twilio/status', null, all, 405, 405],
  ['webhooks.twilio.status', '/webhooks/twilio/status', {}, all, 403, 403],
  // Last of all, since it ends the session.
  ['logout', '/logout', {}, all, '/login', '/login'],
];

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const providers = {
  SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'a token for tests',
};
const origin = 'http://localhost:3000';
let own: TestDatabase;
let context: AppLoadContext;
let key: string;
const cookies = {} as Record<Role, string>;
/** Those who are nobody, whatever they bring along: by name, their headers. */
const outsiders: Record<string, Record<string, string>> = {};

beforeAll(async () => {
  own = await createTestDatabase();
  const env = readEnv({ DATABASE_URL: own.url, LOG_LEVEL: 'error', ...providers });
  const auth = createAuth(own.db, { baseUrl: env.baseUrl, secret: 'a secret of at least 32 characters, for tests' });
  context = { env, db: own.db, auth, log: createLogger(env), cspNonce: '' };
  for (const role of roles) {
    const person = { email: `${role}@example.com`, password: 'a long password' };
    await auth.sessions.api.createUser({ body: { ...person, name: role, role: role as 'admin' } });
    const signedIn = await auth.sessions.api.signInEmail({ body: person, asResponse: true });
    cookies[role] = signedIn.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
  }
  const keyOf = async (asked: Partial<NewKey>) => createApiKey(own.db, { name: 'key', role: 'admin', createdBy: null, ...asked });
  key = (await keyOf({})).key;
  for (const scope of scopes) outsiders[`a key to ${scope}`] = bearer((await keyOf({ scopes: [scope] })).key);
  const revoked = await keyOf({});
  await revokeApiKey(own.db, revoked.apiKey.id);
  outsiders['a revoked key'] = bearer(revoked.key);
  outsiders['an expired key'] = bearer((await keyOf({ expiresAt: new Date(Date.now() - 1_000) })).key);
  outsiders['somebody who is disabled'] = await disabledAdministrator(auth);
  expect(await draftCampaign(own.db, { addresses: ['ana@example.com'] })).toBe(DRAFT);
  const recipient = { address: 'bo@example.com', status: 'sent', attempts: [{ outcome: 'accepted', number: 1 }] } as const;
  const ended = {
    name: 'Ended',
    startedAt: `now() - interval '1 hour'`,
    recipients: [{ ...recipient, attempts: [...recipient.attempts] }],
  };
  expect(await knownCampaign(own.db, ended)).toBe(ENDED);
  outsiders['a key to one campaign'] = bearer((await keyOf({ campaignId: ENDED })).key);
  outsiders['a key to one channel'] = bearer((await keyOf({ channel: 'email' })).key);
});
afterAll(() => own.drop());

const bearer = (given: string) => ({ authorization: `Bearer ${given}` });

async function disabledAdministrator({ sessions }: AppLoadContext['auth']): Promise<Record<string, string>> {
  const person = { email: 'gone@example.com', password: 'a long password' };
  const { user } = await sessions.api.createUser({ body: { ...person, name: 'Gone', role: 'admin' } });
  const { headers } = await sessions.api.signInEmail({ body: person, asResponse: true });
  const cookie = headers.getSetCookie().map((one) => one.split(';')[0]);
  const by = (await listPeople(own.db)).find(({ email }) => email === 'admin@example.com') as Person;
  await disablePerson(own.db, { ...by, via: 'session', label: by.name }, user.id);
  return { cookie: cookie.join('; '), origin, 'sec-fetch-site': 'same-origin' };
}

/** What a loader or an action answers or throws, called through a door, as the server has one: the domain asks whoever comes through it. */
async function answerOf(route: string, path: string, form: Record<string, string> | null, headers: Record<string, string>) {
  const file = files[`routes/${route}`] as RouteFile;
  const { loader, action } = await load(file.file);
  const url = new URL(path, origin);
  const match = matchPath(patternOf(file), url.pathname) ?? matchPath({ path: patternOf(file), end: false }, url.pathname);
  expect(match, `${path} is not ${patternOf(file)}`).not.toBeNull();
  const request = new Request(url, form === null ? { headers } : { method: 'POST', headers, body: new URLSearchParams(form) });
  const run = form === null ? loader : action;
  const door = { door: 'page', address: null, device: null } as const;
  return through(door, async (): Promise<unknown> => run?.({ request, params: match?.params ?? {}, context })).catch((thrown: unknown) => {
    if (thrown instanceof Response || isData(thrown)) return thrown;
    throw thrown;
  });
}

async function call(...asked: Parameters<typeof answerOf>): Promise<Got> {
  const answer = await answerOf(...asked);
  if (isData(answer)) return answer.init?.status ?? 200;
  if (!(answer instanceof Response)) return 200;
  await answer.body?.cancel();
  const location = answer.headers.get('location');
  return location ? location.replace(/\d+(?=\/edit$)/, (id) => (Number(id) > ENDED ? '*' : id)) : answer.status;
}

/** Files are made as text, which a server writes as it comes. */
async function textOf({ body }: Response): Promise<string> {
  let text = '';
  for await (const chunk of (body ?? []) as unknown as AsyncIterable<Uint8Array | string>)
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
  return text;
}

function isData(value: unknown): value is { init: ResponseInit | null } {
  return (value as { type?: string } | null)?.type === 'DataWithResponseInit';
}

const signedIn = (role: Role) => ({ cookie: cookies[role], origin, 'sec-fetch-site': 'same-origin' });
const signIn = ([, path, form]: Row) => (form !== null || path === '/' ? '/login' : `/login?next=${encodeURIComponent(path)}`);

/** What a route's forms may ask for, as its action's code has it. */
function intentsOf(file: string): string[] {
  const code = readFileSync(`app/${file}`, 'utf8');
  const beside = [...code.matchAll(/import \{ (\w+)[^}]* \} from '#(app\/routes\/[^']+\.server\.ts)'/g)].map(([, name, path]) => {
    const text = readFileSync(path as string, 'utf8');
    const from = text.search(new RegExp(`(export )?(async )?function ${name}\\b`));
    const rest = text.slice(from);
    const body = rest.slice(0, rest.search(/\n}\n/) + 1);
    return /\bacts\b/.test(body) ? body + text.slice(text.indexOf('const acts'), from).replaceAll(/^ {2}(\w+): \{/gm, "case '$1':") : body;
  });
  const all = [code, ...beside].flatMap((text) =>
    [...text.matchAll(/(?:case|\bintent [!=]==) '([\w-]+)'/g)].map(([, intent]) => intent as string),
  );
  return [...new Set(all)].sort();
}

test('the table has a row for everything that a form may ask for', async () => {
  let found = 0;
  for (const { id, file } of pages) {
    if (!(await load(file)).action) continue;
    const rows = new Set(table.filter(([route]) => `routes/${route}` === id).map(([, , form]) => form?.intent));
    const intents = intentsOf(file);
    found += intents.length;
    expect(
      intents.filter((intent) => !rows.has(intent)),
      id,
    ).toEqual([]);
  }
  expect(found).toBeGreaterThan(40);
});

test('the table has a row for every loader and every action', async () => {
  const wanted: string[] = [];
  for (const { id, file } of pages) {
    const { loader, action } = await load(file);
    if (loader) wanted.push(`${id} loader`);
    if (action) wanted.push(`${id} action`);
  }
  expect([...new Set(table.map(([route, , form]) => `routes/${route} ${form ? 'action' : 'loader'}`))].sort()).toEqual(wanted.sort());
});

describe.each(table.map((row) => ({ row, name: `${row[0]}, ${row[1]} ${row[2] ? JSON.stringify(row[2]) : ''}` })))('$name', ({ row }) => {
  const [route, path, form, who, got, out, others = 403] = row;
  test('gives each role what it may have, and leads others to the sign-in', async () => {
    expect(await call(route, path, form, {})).toBe(out ?? signIn(row));
    if (out === undefined) {
      // A program's key is for the API alone.
      const asKey = { authorization: `Bearer ${key}` };
      if (route !== 'suppressions[.]csv') expect(await call(route, path, form, asKey)).toBe(signIn(row));
      // A form of another site does nothing, whoever is signed in.
      if (form)
        expect(
          await call(route, path, form, { ...signedIn('admin'), origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }),
        ).toBe(403);
    }
    const nobodies = Object.entries(outsiders).filter(([name]) => out === undefined || name === 'somebody who is disabled');
    for (const [name, headers] of nobodies) {
      // The one page that programs read, too.
      const program = route === 'suppressions[.]csv' && 'authorization' in headers;
      const wanted = !program ? (out ?? signIn(row)) : name === 'a key to read' ? 200 : name.startsWith('a key to') ? 403 : 401;
      expect(await call(route, path, form, headers), name).toBe(wanted);
    }
    const answers = {} as Record<Role, Got>;
    for (const role of roles) answers[role] = await call(route, path, form, signedIn(role));
    expect(answers).toEqual(Object.fromEntries(roles.map((role) => [role, who.includes(role) ? got : others])));
  });
});

// Beside the API's own addresses, and the list of suppressions above.
describe.each(['changes', 'message'])('a key at /campaigns/…/%s', (name) => {
  const at = (id: number, given: Record<string, string> = {}) => call(`campaigns.$id_.${name}`, `/campaigns/${id}/${name}`, null, given);
  test('opens what it may open by the API', async () => {
    expect(await at(ENDED, bearer(key))).toBe(200);
    for (const scope of scopes) expect(await at(ENDED, outsiders[`a key to ${scope}`]), scope).toBe(200);
    expect(await at(ENDED, outsiders['a key to one campaign'])).toBe(200);
    expect(await at(ENDED, outsiders['a key to one channel'])).toBe(200);
  });
  test('opens nothing else', async () => {
    expect(await at(DRAFT, outsiders['a key to one campaign'])).toBe(404);
    const texts = await createApiKey(own.db, { name: 'texts', role: 'admin', createdBy: null, channel: 'sms' });
    expect(await at(ENDED, bearer(texts.key))).toBe(404);
    for (const over of ['a revoked key', 'an expired key']) expect(await at(ENDED, outsiders[over]), over).toBe(401);
  });
  test('shows people to those alone who may see them', async () => {
    const shows = async (scope: string) => {
      const given = outsiders[`a key to ${scope}`] ?? {};
      const answer = await answerOf(`campaigns.$id_.${name}`, `/campaigns/${ENDED}/${name}`, null, given);
      return (await textOf(answer as Response)).includes('bo@example.com');
    };
    expect(await shows('read')).toBe(name === 'message');
    expect(await shows('send')).toBe(false);
  });
});

describe('somebody whose role sees no people', () => {
  let headers: Record<string, string>;
  beforeAll(async () => {
    await own.db.pool.query(`insert into withheld_permissions values ('support', 'people:read')`);
    context.auth.forgetAccess();
    headers = {
      cookie: (
        await context.auth.sessions.api.signInEmail({
          body: { email: 'support@example.com', password: 'a long password' },
          asResponse: true,
        })
      ).headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; '),
    };
  });

  const read = table.filter(([route, , form]) => form === null && !['u.$token', 'login', 'logout'].includes(route));
  test.each(read.map(([route, path]) => [path, route] as const))('reads nobody at %s (%s)', async (path, route) => {
    const answer = await answerOf(route, path, null, headers);
    const text = answer instanceof Response ? await textOf(answer) : JSON.stringify(answer);
    // What was typed is said back.
    expect(text.replaceAll('"q":"bo@example.com"', '')).not.toMatch(/\b(ana|bo|nobody)@example\.com/);
  });
});
