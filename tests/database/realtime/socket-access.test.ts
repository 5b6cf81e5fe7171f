import { readFileSync } from 'node:fs';
import type { Socket } from 'socket.io-client';
import { describe, expect, test, vi } from 'vitest';
import { createApiKey, type NewKey, revokeApiKey } from '#app/domain/access/api-keys.server.ts';
import { type Asker, may, roles, scopes } from '#app/domain/access/roles.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { endedAccess } from '#tests/support/ended-access.ts';
import { api, connect, connected, join, type Live, withLive } from '#tests/support/live.ts';
import { signedIn } from '#tests/support/people.ts';

withLive();

describe('the live connection', () => {
  test.each([
    ['without a key', {}],
    ['with an unknown key', { token: 'rk_unknown' }],
  ])('is refused %s', async (_, auth) => {
    const socket = connect(auth);
    const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));
    expect(error.message).toBe('unauthorized');
  });

  test('is refused to pages of another site', async () => {
    const socket = connect({ token: api.keys.admin }, { origin: 'https://evil.example' });
    await new Promise((resolve) => socket.once('connect_error', resolve));
    expect(socket.connected).toBe(false);
  });

  test('ends soon after the key it was opened with is revoked', async () => {
    const { key, apiKey } = await createApiKey(api.db, { name: 'leaving', role: 'analyst', createdBy: null });
    const [leaving, staying] = [connect({ token: key }), connect()];
    await connected(leaving);
    await connected(staying);
    await revokeApiKey(api.db, apiKey.id);
    // Sooner than the look every ten seconds.
    await vi.waitFor(() => expect(leaving.connected).toBe(false), { timeout: 8_000 });
    expect(staying.connected).toBe(true);
    expect(await api.context.auth.viewerOfKey(key)).toBeNull();
  });

  test('ends with the person who made its key, with their session, and with their role', async () => {
    const { user } = await api.context.auth.sessions.api.createUser({
      body: { email: 'eda@example.com', name: 'Eda', password: 'a long password', role: 'admin' },
    });
    const open = async () => {
      const { headers } = await api.context.auth.sessions.api.signInEmail({
        body: { email: 'eda@example.com', password: 'a long password' },
        returnHeaders: true,
      });
      const cookie = headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; ');
      const socket = connect({}, { cookie });
      await connected(socket);
      return socket;
    };
    const gone = (socket: Live) => vi.waitFor(() => expect(socket.connected).toBe(false), { timeout: 8_000 });
    const signedOut = await open();
    await api.db.pool.query('delete from app_sessions where user_id = $1', [user.id]);
    await gone(signedOut);
    const lowered = await open();
    await api.db.pool.query(`update app_users set role = 'analyst' where id = $1`, [user.id]);
    await gone(lowered);

    const { key, apiKey } = await createApiKey(api.db, { name: 'import', role: 'marketer', createdBy: 'Eda', ownerId: user.id });
    const program = connect({ token: key });
    await connected(program);
    await api.db.pool.query('update app_users set banned = true where id = $1', [user.id]);
    await gone(program);
    const { rows } = await api.db.pool.query('select revoked_at from api_keys where id = $1', [apiKey.id]);
    expect(rows[0].revoked_at).toBeInstanceOf(Date);
  });

  test('of a key for one campaign or channel tells of nothing else', async () => {
    const own = await draftCampaign(api.db, { addresses: numbered(2, 'own.test') });
    const other = await draftCampaign(api.db, { addresses: numbered(2, 'other.test') });
    const one = await createApiKey(api.db, { name: 'one', role: 'analyst', createdBy: null, campaignId: own });
    const sms = await createApiKey(api.db, { name: 'sms', role: 'admin', createdBy: null, channel: 'sms' });
    const free = await createApiKey(api.db, { name: 'free', role: 'admin', createdBy: null });
    const [program, texts, all] = [connect({ token: one.key }), connect({ token: sms.key }), connect({ token: free.key })];
    await connected(all);
    for (const socket of [program, texts]) {
      await connected(socket);
      expect(await socket.emitWithAck('campaigns:join')).toEqual({ error: { code: 'forbidden' } });
      expect(await socket.emitWithAck('campaign:join', { id: other })).toEqual({ error: { code: 'not_found' } });
      expect(await socket.emitWithAck('recipients:watch', { campaign_id: other, ids: [1] })).toEqual({ error: { code: 'not_found' } });
    }
    expect(await join(program, own)).toMatchObject({ id: own });
    const heard: string[] = [];
    for (const socket of [program, texts]) socket.onAny((event: string, said: { id?: number }) => heard.push(`${event} ${said.id}`));
    const told: string[] = [];
    all.on('notification', ({ type }) => told.push(type));
    // One for each audience: everybody, administrators, who approves, who asked.
    const { rows } = await api.db.pool.query('select to_jsonb(c) as whole from campaigns c where id = $1', [other]);
    const asked = (by: string) => JSON.stringify({ campaign: { ...rows[0].whole, approval: { asked_by_id: by } } });
    for (const [type, data] of [
      ['database.restored', '{}'],
      ['webhook.gave_up', '{}'],
      ['campaign.approval_requested', asked('key:0')],
      ['campaign.approved', asked(`key:${one.apiKey.id}`)],
      ['campaign.declined', asked(`key:${sms.apiKey.id}`)],
      ['campaign.approved', asked(`key:${free.apiKey.id}`)],
    ]) {
      const about = type?.startsWith('campaign.') ? [other, 0] : [null, null];
      await api.db.pool.query('insert into alerts (key, type, data, campaign_id, round) values (gen_random_uuid()::text, $1, $2, $3, $4)', [
        ...[type, data, ...about],
      ]);
    }
    await api.db.pool.query(`update campaigns set name = 'Changed' where id = any($1::bigint[])`, [[other, own]]);
    await vi.waitFor(() => expect(heard).toContain(`campaign:progress ${own}`));
    await vi.waitFor(() =>
      expect(told.toSorted()).toEqual(['campaign.approval_requested', 'campaign.approved', 'database.restored', 'webhook.gave_up']),
    );
    expect(new Set(heard)).toEqual(new Set([`campaign:progress ${own}`]));
  });

  test('answers each event as whoever asks may, found from the code', async () => {
    const id = await draftCampaign(api.db, { addresses: numbered(2, 'walk.test') });
    const events = eventsOf();
    // Of each event: what is sent, and whether it shows people.
    const walk: Record<string, { sends: unknown[]; people?: true; silent?: true }> = {
      'campaign:join': { sends: [{ id }] },
      'campaign:leave': { sends: [{ id }], silent: true },
      'campaigns:join': { sends: [] },
      'campaigns:leave': { sends: [], silent: true },
      'recipients:watch': { sends: [{ campaign_id: id, ids: [1] }], people: true },
    };
    expect(Object.keys(walk).sort()).toEqual(events.sort());
    await api.db.pool.query(`insert into withheld_permissions values ('analyst', 'people:read')`);
    await vi.waitFor(async () => expect(await api.context.auth.withheldOf('analyst')).toEqual(['people:read']));
    const keyFor = async (asked: Partial<NewKey>) =>
      (await createApiKey(api.db, { name: 'walk', role: 'admin', createdBy: null, ...asked })).key;
    const scoped = await Promise.all(scopes.map(async (scope) => ({ scope, key: await keyFor({ scopes: [scope] }) })));
    const askers: [string, Asker, string][] = scoped.map(({ scope, key }) => [scope, { role: 'admin', scopes: [scope] }, key]);
    for (const role of roles) {
      askers.push([role, { role, ...(role === 'analyst' && { withheld: ['people:read'] }) }, await keyFor({ role })]);
    }
    for (const [name, asker, token] of askers) {
      const socket = connect({ token });
      await connected(socket);
      for (const [event, { sends, people, silent }] of Object.entries(walk)) {
        if (silent) continue;
        const answer = await (socket as Socket).emitWithAck(event, ...sends);
        const refused = people && !may(asker, 'people:read');
        expect(answer, `${name}, ${event}`).toEqual(
          refused ? { error: { code: 'forbidden' } } : expect.not.objectContaining({ error: expect.anything() }),
        );
      }
    }
    await api.db.pool.query('delete from withheld_permissions');
  });

  test('tells those who see no people of numbers alone, from the moment on that it is taken from their role', async () => {
    const id = await draftCampaign(api.db, { addresses: numbered(2, 'numbers.test') });
    const { key } = await createApiKey(api.db, { name: 'numbers', role: 'support', createdBy: null });
    const before = connect({ token: key });
    await connected(before);
    await api.db.pool.query(`insert into withheld_permissions values ('support', 'people:read')`);
    // What is open comes again, as whoever they are now.
    await vi.waitFor(() => expect(before.connected).toBe(false), { timeout: 8_000 });
    const now = connect({ token: key });
    await connected(now);
    const heard: string[] = [];
    now.onAny((event: string) => heard.push(event));
    await join(now, id);
    await api.db.pool.query(`update recipients set status = 'queued', queued_at = now() where campaign_id = $1`, [id]).catch(() => {});
    await api.db.pool.query(`update campaigns set name = 'Changed' where id = $1`, [id]);
    await vi.waitFor(() => expect(heard).toContain('campaign:progress'));
    expect(new Set(heard)).toEqual(new Set(['campaign:progress']));
    await api.db.pool.query('delete from withheld_permissions');
  });

  test('ends when the time of its key is over', async () => {
    const { key } = await createApiKey(api.db, {
      name: 'short',
      role: 'analyst',
      createdBy: null,
      expiresAt: new Date(Date.now() + 2_000),
    });
    const socket = connect({ token: key });
    await connected(socket);
    const [reason] = await new Promise<unknown[]>((resolve) => socket.once('disconnect', (...why) => resolve(why)));
    expect(reason).toBe('io server disconnect');
  });

  test('of a key ends when its owner may less', async () => {
    const { user } = await api.context.auth.sessions.api.createUser({
      body: { email: 'ina@example.com', name: 'Ina', password: 'a long password', role: 'admin' },
    });
    const { key } = await createApiKey(api.db, { name: 'less', role: 'admin', createdBy: 'Ina', ownerId: user.id });
    const program = connect({ token: key });
    await connected(program);
    await api.db.pool.query(`update app_users set role = 'analyst' where id = $1`, [user.id]);
    await vi.waitFor(() => expect(program.connected).toBe(false), { timeout: 8_000 });
  });

  test('is refused to whatever opened it once and opens nothing any more', async () => {
    for (const { name, key, cookie } of await endedAccess(api.context)) {
      const socket = connect(key ? { token: key } : {}, cookie ? { cookie } : {});
      const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));
      expect(error.message, name).toBe('unauthorized');
    }
  });

  test.each<[string, string]>([
    ['disabled', 'update app_users set banned = true where id::text = $1'],
    ['deleted', 'delete from app_users where id::text = $1'],
    ['left without a role', `update app_users set role = 'none' where id::text = $1`],
  ])('of somebody who is %s ends, in their browser and of their program, and answers no event any more', async (what, end) => {
    const who = await signedIn(api.context, `Ending${what.replaceAll(' ', '')}`, 'admin');
    const sockets = [connect({}, { cookie: who.browser?.cookie as string }), connect({ token: who.key })];
    for (const socket of sockets) await connected(socket);
    await api.db.pool.query(end, [who.viewer.id]);
    for (const socket of sockets) {
      await vi.waitFor(() => expect(socket.connected).toBe(false));
      for (const event of eventsOf()) {
        // Without a connection it waits, and the next one is refused.
        const answer = (socket as Socket).timeout(200).emitWithAck(event, { id: 1, campaign_id: 1, ids: [1] });
        await expect(answer, event).rejects.toThrow();
      }
    }
  });
});

/** What whoever is connected may ask, as the server's code has it. */
function eventsOf(): string[] {
  const code = readFileSync('app/realtime/socket-server.server.ts', 'utf8');
  return [...code.matchAll(/socket\.on\('([\w:]+)'/g)].map(([, event]) => event as string);
}
