import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { NotificationJson } from '#app/domain/alerts/alert.ts';
import { countUnread, listNotifications, markRead } from '#app/domain/alerts/notifications.server.ts';
import { raiseAlert } from '#app/domain/alerts/raise-alert.server.ts';
import { retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';
import type { ClientEvents, ServerEvents } from '#app/realtime/events.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { ana, type Sending, startSending } from '#tests/support/sending.ts';
import { freePort, startWeb } from '#tests/support/web.ts';

let api: TestApi;
let sending: Sending;
let web: { stop(): Promise<void> };
let port: number;
const open: Socket[] = [];
beforeAll(async () => {
  port = await freePort();
  api = await startApi({ PORT: String(port), LOG_LEVEL: 'silent' });
  web = await startWeb(api.context);
  sending = await startSending(api);
});
afterAll(async () => {
  for (const socket of open) socket.disconnect();
  await sending.stop();
  await web.stop();
  await api.drop();
});

async function person(role: 'admin' | 'analyst' | 'support') {
  const email = `${role}@example.com`;
  const { user } = await api.context.auth.sessions.api.createUser({ body: { name: role, email, password: 'a long password', role } });
  return { id: user.id, role, via: 'session' } as const;
}

async function hear(role: 'admin' | 'analyst'): Promise<NotificationJson[]> {
  const heard: NotificationJson[] = [];
  const socket: Socket<ServerEvents, ClientEvents> = io(`http://127.0.0.1:${port}`, {
    auth: { token: api.keys[role] },
    transports: ['websocket'],
  });
  open.push(socket);
  socket.on('notification', (notification) => heard.push(notification));
  await vi.waitFor(() => expect(socket.connected).toBe(true), { timeout: 10_000 });
  // The answer comes after the rooms of the connection were joined.
  await socket.emitWithAck('campaigns:join');
  return heard;
}

test('people hear at once of what failed, each reads for themselves, and settings are told to administrators only', async () => {
  const [admin, analyst] = [await person('admin'), await person('analyst')];
  const [adminHeard, analystHeard] = [await hear('admin'), await hear('analyst')];

  const id = await draftCampaign(api.db, { addresses: ['bad+invalid@example.com', 'good@example.com'] });
  await sending.send(id);
  await vi.waitFor(() => expect(adminHeard).toHaveLength(1), { timeout: 20_000 });
  const endpoint = { id: 5, host: 'hooks.example.com', reason: 'The receiver refused the connection.' };
  await raiseAlert(api.db.pool, 'an occasion', { type: 'webhook.gave_up', endpoint });
  await vi.waitFor(() => expect(adminHeard).toHaveLength(2));
  expect(adminHeard).toMatchObject([
    {
      type: 'campaign.partially_sent',
      read: false,
      campaign: { id, name: 'Test', status: 'PARTIALLY_SENT', unreached: 1, people: 2 },
      endpoint: null,
      settled: false,
    },
    { type: 'webhook.gave_up', campaign: null, endpoint },
  ]);
  expect(analystHeard).toEqual(adminHeard.slice(0, 1));

  const forAdmin = await listNotifications(api.db, admin);
  expect(forAdmin).toEqual({ unread: 2, notifications: adminHeard.toReversed() });
  const forAnalyst = await listNotifications(api.db, analyst);
  expect(forAnalyst).toEqual({ unread: 1, notifications: analystHeard });

  const [newest, older] = forAdmin.notifications as [NotificationJson, NotificationJson];
  await markRead(api.db, admin, newest.id);
  await markRead(api.db, admin, newest.id);
  expect(await listNotifications(api.db, admin)).toMatchObject({
    unread: 1,
    notifications: [{ read: true }, { id: older.id, read: false }],
  });
  expect(await countUnread(api.db, analyst)).toBe(1);
  await markRead(api.db, analyst, newest.id); // not theirs
  expect(await countUnread(api.db, analyst)).toBe(1);
  await markRead(api.db, analyst, 'all');
  expect(await countUnread(api.db, analyst)).toBe(0);
  expect(await countUnread(api.db, admin)).toBe(1);
  const { rows } = await api.db.pool.query('select count(*)::int as reads from notification_reads where user_id = $1', [analyst.id]);
  expect(rows).toEqual([{ reads: 1 }]);

  // Who opened the campaign's own page knows.
  await markRead(api.db, admin, { campaign: id + 1 });
  expect(await countUnread(api.db, admin)).toBe(1);
  await markRead(api.db, admin, { campaign: id });
  expect(await countUnread(api.db, admin)).toBe(0);
});

test('a campaign that was sent to all is told here, to no program, and takes the place of what a retry mended', async () => {
  const reader = { id: '', role: 'admin', via: 'key' } as const;
  const good = await draftCampaign(api.db, { addresses: ['good@example.com'] });
  const mended = await draftCampaign(api.db, { addresses: ['wrong+invalid@example.com', 'fine@example.com'] });
  await sending.send(good);
  await sending.untilEnded(good);
  expect((await listNotifications(api.db, reader)).notifications[0]).toMatchObject({
    ...{ type: 'campaign.sent', settled: false, read: false },
    campaign: { id: good, status: 'SENT', unreached: 0, people: 1 },
  });
  const jobs = await api.db.pool.query(`select from graphile_worker.jobs where task_identifier = 'raise_alerts'`);
  expect(jobs.rowCount).toBe(0);

  await sending.send(mended);
  await sending.untilEnded(mended);
  const about = async () => (await listNotifications(api.db, reader)).notifications.filter(({ campaign }) => campaign?.id === mended);
  expect(await about()).toMatchObject([{ type: 'campaign.partially_sent' }]);
  // A retry that failed again is told once, and to nobody who came later as something to read.
  await retryCampaign(api.db, ana, mended, { codes: ['invalid_address'], windowS: 3_600 });
  await sending.untilEnded(mended);
  expect(await about()).toMatchObject([{ type: 'campaign.partially_sent', read: false }]);
  const late = await person('support');
  expect((await listNotifications(api.db, late)).notifications.map(({ read }) => read)).not.toContain(false);
  expect(await countUnread(api.db, late)).toBe(0);
  await api.db.pool.query(`update recipients set address = replace(address, '+invalid', '') where campaign_id = $1`, [mended]);
  await retryCampaign(api.db, ana, mended, { codes: ['invalid_address'], windowS: 3_600 });
  await sending.untilEnded(mended);
  expect(await about()).toMatchObject([{ type: 'campaign.sent', campaign: { unreached: 0, people: 2 } }]);
});
