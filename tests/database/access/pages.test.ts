import { generateKeyPairSync } from 'node:crypto';
import type { AppLoadContext } from '@remix-run/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnv } from '#app/config/env.server.ts';
import { createLogger } from '#app/config/log.server.ts';
import { createApiKey, type NewKey, revokeApiKey } from '#app/domain/access/api-keys.server.ts';
import { createAuth } from '#app/domain/access/auth.server.ts';
import { disablePerson, listPeople } from '#app/domain/access/people.server.ts';
import type { Person } from '#app/domain/access/person.ts';
import { type Role, roles, scopes } from '#app/domain/access/roles.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { knownCampaign } from '#tests/support/known-ledger.ts';
import { DRAFT, ENDED, type Got, pageTable, type Row } from '#tests/support/page-table.ts';
import { answerOfPage, gotOf, intentsOf, loadPage, origin, pages } from '#tests/support/pages.ts';

/** Loaders and actions of the pages, called as the server calls them: with a real session, or with none. */

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const providers = {
  SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'a token for tests',
};
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

const answerOf = (route: string, path: string, form: Record<string, string> | null, headers: Record<string, string>) =>
  answerOfPage(context, route, path, form, headers);

async function call(...asked: Parameters<typeof answerOf>): Promise<Got> {
  const got = await gotOf(await answerOf(...asked));
  return typeof got === 'number' ? got : got.replace(/\d+(?=\/edit$)/, (id) => (Number(id) > ENDED ? '*' : id));
}

/** Files are made as text, which a server writes as it comes. */
async function textOf({ body }: Response): Promise<string> {
  let text = '';
  for await (const chunk of (body ?? []) as unknown as AsyncIterable<Uint8Array | string>)
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
  return text;
}

const signedIn = (role: Role) => ({ cookie: cookies[role], origin, 'sec-fetch-site': 'same-origin' });
const signIn = ([, path, form]: Row) => (form !== null || path === '/' ? '/login' : `/login?next=${encodeURIComponent(path)}`);

test('the table has a row for everything that a form may ask for', async () => {
  let found = 0;
  for (const { id, file } of pages) {
    if (!(await loadPage(file)).action) continue;
    const rows = new Set(pageTable.filter(([route]) => `routes/${route}` === id).map(([, , form]) => form?.intent));
    // An upload is no form of this table: page-acts.test.ts sends one to each page that takes it, in the name of those who may not, too.
    const intents = intentsOf(file).filter((intent) => intent !== 'import');
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
    const { loader, action } = await loadPage(file);
    if (loader) wanted.push(`${id} loader`);
    if (action) wanted.push(`${id} action`);
  }
  expect([...new Set(pageTable.map(([route, , form]) => `routes/${route} ${form ? 'action' : 'loader'}`))].sort()).toEqual(wanted.sort());
});

describe.each(pageTable.map((row) => ({ row, name: `${row[0]}, ${row[1]} ${row[2] ? JSON.stringify(row[2]) : ''}` })))(
  '$name',
  ({ row }) => {
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
  },
);

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

  const read = pageTable.filter(([route, , form]) => form === null && !['u.$token', 'login', 'logout'].includes(route));
  test.each(read.map(([route, path]) => [path, route] as const))('reads nobody at %s (%s)', async (path, route) => {
    const answer = await answerOf(route, path, null, headers);
    const text = answer instanceof Response ? await textOf(answer) : JSON.stringify(answer);
    // What was typed is said back.
    expect(text.replaceAll('"q":"bo@example.com"', '')).not.toMatch(/\b(ana|bo|nobody)@example\.com/);
  });
});
