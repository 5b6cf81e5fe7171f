import { readFileSync } from 'node:fs';
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApiKey, type NewKey, revokeApiKey } from '#app/domain/access/api-keys.server.ts';
import { type Asker, may, roles, scopes } from '#app/domain/access/roles.ts';
import type { CampaignProgress } from '#app/domain/campaigns/campaign.ts';
import type { CampaignSummary } from '#app/domain/campaigns/campaign-json.ts';
import type { WatchedRows } from '#app/domain/recipients/recipient.ts';
import type { ClientEvents, RecipientsChanged, ServerEvents } from '#app/realtime/events.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { type Sending, startSending } from '#tests/support/sending.ts';
import { freePort, startWeb } from '#tests/support/web.ts';
import { follow as followCampaign, type Progress } from '../../../scripts/send/follow.ts';

type Live = Socket<ServerEvents, ClientEvents>;

let api: TestApi;
let sending: Sending;
let web: { stop(): Promise<void> };
let port: number;
const open: Live[] = [];
const NEVER_MS = 2 ** 31 - 1;

beforeAll(async () => {
  port = await freePort();
  api = await startApi({ PORT: String(port), LOG_LEVEL: 'silent' });
  // The look every ten seconds would end what is to be ended at once: here it never comes.
  web = await startWeb(api.context, { recheckMs: NEVER_MS });
  sending = await startSending(api);
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.disconnect();
});
afterAll(async () => {
  await sending.stop();
  await web.stop();
  await api.drop();
});

function connect(auth: object = { token: api.keys.marketer }, extraHeaders: Record<string, string> = {}): Live {
  const socket: Live = io(`http://127.0.0.1:${port}`, { auth, extraHeaders, transports: ['websocket'], reconnectionDelay: 50 });
  open.push(socket);
  return socket;
}

const connected = (socket: Live) => vi.waitFor(() => expect(socket.connected).toBe(true), { timeout: 10_000 });

async function join(socket: Live, id: number): Promise<CampaignSummary> {
  const answer = await socket.emitWithAck('campaign:join', { id });
  if ('error' in answer) throw new Error(answer.error.code);
  return answer.campaign;
}

/** What a page that shows one campaign knows: its snapshot, then every newer progress. */
async function follow(socket: Live, id: number) {
  const seen: CampaignProgress[] = [];
  socket.on('campaign:progress', (progress) => {
    if (progress.id === id) seen.push(progress);
  });
  await connected(socket);
  const snapshot = await join(socket, id);
  return { snapshot, seen, now: () => seen.findLast(({ version }) => version > snapshot.version) ?? snapshot };
}

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
    const code = readFileSync('app/realtime/socket-server.server.ts', 'utf8');
    const events = [...code.matchAll(/socket\.on\('([\w:]+)'/g)].map(([, event]) => event as string);
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

  test('serves everybody else while one asks without end, and leaves the content out', async () => {
    const id = await draftCampaign(api.db, { addresses: numbered(2, 'flood.test'), text: 'x'.repeat(100_000) });
    const [flood, other] = [connect({ token: api.keys.support }), connect()];
    await connected(flood);
    await connected(other);
    const answers = Array.from({ length: 1_000 }, () => flood.emitWithAck('campaign:join', { id }));
    expect(await join(other, id)).toMatchObject({ id, total: 2 });
    expect(await join(other, id)).not.toHaveProperty('text');
    const codes = (await Promise.all(answers)).map((answer) => ('error' in answer ? answer.error.code : 'joined'));
    expect(codes.filter((code) => code === 'joined')).toHaveLength(300);
    expect(new Set(codes)).toEqual(new Set(['joined', 'rate_limited']));
    for (let i = 0; i < 1_000; i++) flood.emit('campaigns:leave');
    await vi.waitFor(() => expect(flood.connected).toBe(false));
    expect(other.connected).toBe(true);
  });

  test('is refused to one who has very many open', async () => {
    const sockets = Array.from({ length: 102 }, () => connect({ token: api.keys.analyst }));
    const refused: string[] = [];
    for (const socket of sockets) socket.on('connect_error', ({ message }) => refused.push(message));
    await vi.waitFor(() => expect(refused.length).toBeGreaterThanOrEqual(2), { timeout: 20_000 });
    expect(new Set(refused)).toEqual(new Set(['rate_limited']));
    await vi.waitFor(() => expect(sockets.filter((socket) => socket.connected)).toHaveLength(100), { timeout: 20_000 });
  });

  test('answers wrong requests with a code, and stays', async () => {
    const socket = connect();
    await connected(socket);
    expect(await socket.emitWithAck('campaign:join', { id: 999_999 })).toEqual({ error: { code: 'not_found' } });
    for (const id of ['x', null, -1, {}]) {
      expect(await socket.emitWithAck('campaign:join', { id } as never)).toEqual({ error: { code: 'not_found' } });
    }
    expect(await socket.emitWithAck('recipients:watch', { campaign_id: 1, ids: 'all' } as never)).toEqual({ error: { code: 'invalid' } });
    expect(await socket.emitWithAck('recipients:watch', { campaign_id: 1, ids: Array(501).fill(1) })).toEqual({
      error: { code: 'invalid' },
    });
    expect(socket.connected).toBe(true);
  });

  test('joins without an acknowledgement, takes an empty payload, and watches no campaign that is none', async () => {
    const id = await draftCampaign(api.db, { addresses: numbered(3, 'quiet.test') });
    const socket = connect();
    await connected(socket);
    const told = new Promise((resolve) => socket.once('campaign:progress', resolve));
    socket.emit('campaign:join', { id } as never, undefined as never);
    expect(await socket.emitWithAck('campaigns:join', {} as never)).toEqual({ ok: true });
    socket.emit('campaigns:leave');
    expect(await socket.emitWithAck('recipients:watch', { campaign_id: 999_999, ids: [1] })).toEqual({ error: { code: 'not_found' } });
    await sending.send(id);
    expect(await told).toMatchObject({ id });
  });

  test('tells every step from the snapshot to the end, without a gap', async () => {
    const id = await draftCampaign(api.db, { addresses: numbered(400) });
    const live = await follow(connect(), id);
    expect(live.snapshot).toMatchObject({ status: 'DRAFT', total: 400 });
    await sending.send(id);
    await vi.waitFor(() => expect(live.now()).toMatchObject({ status: 'SENT', sent: 400 }), { timeout: 20_000 });

    const versions = live.seen.map(({ version }) => version);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    let last = live.snapshot.version;
    for (const { version, since } of live.seen) {
      expect(since).toBeLessThanOrEqual(last);
      last = version;
    }
    for (const step of live.seen) {
      const { pending, queued, sending: inFlight, retrying, unknown, sent, failed, suppressed, cancelled } = step;
      expect(pending + queued + inFlight + retrying + unknown + sent + failed + suppressed + cancelled).toBe(400);
    }
  });

  test('tells a socket only the rows that it watches', async () => {
    const id = await draftCampaign(api.db, { addresses: numbered(50, 'watch.test') });
    const { rows } = await api.db.pool.query<{ id: number }>('select id from recipients where campaign_id = $1 order by id', [id]);
    const watched = rows.slice(10, 13).map((row) => row.id);
    const [some, all] = [connect(), connect()];
    const told = new Map<Live, RecipientsChanged[]>([
      [some, []],
      [all, []],
    ]);
    for (const socket of [some, all]) {
      socket.on('recipients:changed', (change) => told.get(socket)?.push(change));
      await connected(socket);
      await join(socket, id);
    }
    const answer = (await some.emitWithAck('recipients:watch', { campaign_id: id, ids: watched })) as WatchedRows;
    expect(answer.recipients.map((row) => row.status)).toEqual(['pending', 'pending', 'pending']);

    await sending.send(id);
    await sending.untilEnded(id);
    const sentTo = (socket: Live) =>
      new Set(told.get(socket)?.flatMap(({ recipients }) => recipients.filter(({ status }) => status === 'sent').map((row) => row.id)));
    await vi.waitFor(() => expect(sentTo(all).size).toBe(50));
    await vi.waitFor(() => expect([...sentTo(some)].sort()).toEqual(watched));
    expect(told.get(some)?.every(({ recipients }) => recipients.every((row) => watched.includes(row.id)))).toBe(true);
  });

  test('asks everybody to join again when the connection to PostgreSQL was lost, and is right then', async () => {
    const id = await draftCampaign(api.db, { addresses: numbered(5, 'lost.test') });
    const socket = connect();
    const resynced: number[] = [];
    socket.on('campaign:resync', ({ campaign_id }) => resynced.push(campaign_id));
    await follow(socket, id);
    await api.db.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rollcall listen' and datname = current_database()`,
    );
    await api.db.pool.query(`update campaigns set name = 'Changed while nobody listened' where id = $1`, [id]);
    await vi.waitFor(() => expect(resynced).toContain(id), { timeout: 10_000 });
    expect(await join(socket, id)).toMatchObject({ name: 'Changed while nobody listened' });

    const live = await follow(socket, id);
    await sending.send(id);
    await vi.waitFor(() => expect(live.now()).toMatchObject({ status: 'SENT', sent: 5 }), { timeout: 20_000 });
  });

  test('comes back after the web process was gone', async () => {
    const id = await draftCampaign(api.db, { addresses: numbered(5, 'restart.test') });
    const socket = connect();
    await follow(socket, id);
    await web.stop();
    await vi.waitFor(() => expect(socket.connected).toBe(false));
    await sending.send(id);
    await sending.untilEnded(id);
    web = await startWeb(api.context);
    socket.connect();
    await connected(socket);
    expect(await join(socket, id)).toMatchObject({ status: 'SENT', sent: 5 });
  });
});

describe('whoever follows a campaign, in a browser or a terminal', () => {
  test('is told the end after the web server was stopped and another took its place', async () => {
    const id = await draftCampaign(api.db, { addresses: numbered(5, 'replaced.test') });
    const shown: Progress[] = [];
    const following = followCampaign({ url: `http://127.0.0.1:${port}`, key: api.keys.marketer }, id, (progress) => shown.push(progress));
    await following.joined;
    await web.stop();
    await sending.send(id);
    await sending.untilEnded(id);
    web = await startWeb(api.context);
    await following.ended;
    following.close();
    expect(shown.at(-1)).toMatchObject({ status: 'SENT', sent: 5 });
  });

  test('asks again where the server could not ask its database', async () => {
    // One about which nothing is told any more.
    const { rows } = await api.db.pool.query<{ id: number }>(`select min(id) as id from campaigns where status = 'SENT'`);
    const id = rows[0]?.id as number;
    const shown: Progress[] = [];
    await api.db.pool.query('alter table campaigns rename to away');
    const following = followCampaign({ url: `http://127.0.0.1:${port}`, key: api.keys.marketer }, id, (progress) => shown.push(progress));
    await following.joined;
    expect(shown).toEqual([]);
    await api.db.pool.query('alter table away rename to campaigns');
    await vi.waitFor(() => expect(shown).toMatchObject([{ status: 'SENT' }]), { timeout: 10_000 });
    following.close();
  });
});
