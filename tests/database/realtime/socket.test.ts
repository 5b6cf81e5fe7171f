import { describe, expect, test, vi } from 'vitest';
import type { CampaignProgress } from '#app/domain/campaigns/campaign.ts';
import type { WatchedRows } from '#app/domain/recipients/recipient.ts';
import type { RecipientsChanged } from '#app/realtime/events.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { api, connect, connected, join, type Live, port, sending, startServer, stopServer, withLive } from '#tests/support/live.ts';
import { follow as followCampaign, type Progress } from '../../../scripts/send/follow.ts';

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

withLive();

describe('the live connection', () => {
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
    await stopServer();
    await vi.waitFor(() => expect(socket.connected).toBe(false));
    await sending.send(id);
    await sending.untilEnded(id);
    await startServer();
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
    await stopServer();
    await sending.send(id);
    await sending.untilEnded(id);
    await startServer();
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
