import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { may, permissions, type Role, roles } from '#app/domain/access/roles.ts';
import { notificationText } from '#app/domain/alerts/notification-text.ts';
import { listNotifications } from '#app/domain/alerts/notifications.server.ts';
import { tellEndpoints } from '#app/domain/alerts/raise-alert.server.ts';
import { changeApprovalRule } from '#app/domain/campaigns/approval-rule.server.ts';
import { standingOf } from '#app/domain/campaigns/approval-view.server.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { startScheduledCampaign } from '#app/domain/campaigns/send-campaign.server.ts';
import {
  ana,
  api,
  approved,
  ask,
  asked,
  ben,
  cleo,
  clone,
  dan,
  draft,
  inHours,
  keyOf,
  kinds,
  list,
  now,
  sql,
  sue,
  withApproval,
} from '#tests/support/approval.ts';
import { ruleOf, type Somebody, signedIn } from '#tests/support/people.ts';

withApproval();

test('what is off changes nothing', async () => {
  await ruleOf(api.db);
  const id = await draft();
  expect((await now(id)).approval).toBeNull();
  expect((await ask(ana, id, '/approval')).code).toBe('approval_not_needed');
  expect((await ask(ana, id, '/send')).status).toBe(202);
});

test('asked, approved by somebody else, sent: both see the same hash, and it is on record', async () => {
  const id = await draft();
  const refused = await ask(ana, id, '/send');
  expect(refused).toMatchObject({ status: 409, code: 'approval_needed', body: { approvers: ['Ben', 'Cleo', 'Dan'] } });
  expect(refused.detail).toBe(
    'Campaigns to more than 2 people wait until somebody else has approved them. Nothing was sent. Ask for it first: Ben, Cleo or Dan can approve it.',
  );
  const { campaign } = await ask(ana, id, '/approval', { revision: (await now(id)).revision });
  expect(campaign.approval).toMatchObject({
    needed: true,
    state: 'waiting',
    people: 3,
    sender: 'news@example.com',
    asked_by: ana.program.label,
  });
  expect((await ask(ana, id, '/send')).code).toBe('approval_needed');
  const listed = (await (await api.call('GET', '/campaigns?approval=waiting')).json()) as { data: CampaignJson[] };
  expect(listed.data.map((one) => one.id)).toContain(id);
  const done = await ask(ben, id, '/approval/approve', { hash: campaign.approval?.hash });
  expect(done.campaign.approval).toMatchObject({ state: 'approved', approved_by: ben.viewer.label, hash: campaign.approval?.hash });
  expect((await ask(ana, id, '/send')).status).toBe(202);
  expect((await kinds(id)).map(({ kind }) => kind)).toEqual(['created', 'imported', 'approval_requested', 'approved', 'started']);
});

describe('who may approve', () => {
  test.each<[string, () => Promise<Somebody | string> | Somebody | string, number, string]>([
    ['who asked', () => ana, 403, 'own_approval'],
    ['who asked, by another key of theirs', () => keyOf(ana), 403, 'forbidden'],
    ['a key of somebody who may', () => ben.key, 403, 'forbidden'],
    ['a key that an administrator made', () => keyOf(dan), 403, 'forbidden'],
    ['an administrator’s key that belongs to nobody', () => api.keys.admin, 403, 'forbidden'],
    ['support', () => sue, 403, 'forbidden'],
    ['a key above its owner’s role', () => keyOf(sue), 403, 'forbidden'],
    ['somebody else', () => ben, 200, ''],
    ['an administrator', () => dan, 200, ''],
  ])('%s', async (_, who, status, code) => {
    const { id, hash } = await asked();
    const answer = await ask(await who(), id, '/approval/approve', { hash });
    expect([answer.status, answer.code ?? '']).toEqual([status, code]);
    expect((await now(id)).approval?.state).toBe(status === 200 ? 'approved' : 'waiting');
  });

  test('a key declines nothing either, and is told who does', async () => {
    const { id, hash } = await asked();
    for (const act of ['approve', 'decline']) {
      for (const key of [ben.key, ana.key]) {
        const answer = await ask(key, id, `/approval/${act}`, { hash });
        expect([answer.status, answer.detail]).toEqual([
          403,
          'Approve in the browser, as yourself: an API key approves and declines nothing.',
        ]);
      }
    }
    expect((await now(id)).approval?.state).toBe('waiting');
  });

  test('a key that belongs to nobody asks for nothing, since an administrator who has it could approve it', async () => {
    const id = await draft();
    const answer = await ask(api.keys.admin, id, '/approval');
    expect(answer).toMatchObject({ status: 409, code: 'nobody_asks', detail: expect.stringContaining('Ask in the browser, as yourself') });
    expect((await now(id)).approval?.state).toBe('none');
  });

  test('what such a key had scheduled before the rule is approved by no administrator', async () => {
    await ruleOf(api.db);
    const id = await draft();
    await ask(api.keys.admin, id, '/send', { scheduled_at: inHours(2) });
    const wanted = { more_than: '2', roles: [] };
    await changeApprovalRule(api.db, dan.viewer, wanted, (await changeApprovalRule(api.db, dan.viewer, wanted, null))?.length ?? 0);
    const hash = (await now(id)).approval?.hash;
    expect(await ask(dan, id, '/approval/approve', { hash })).toMatchObject({ status: 403, code: 'own_approval' });
    expect(await standingOf(api.db, dan.viewer, id)).toMatchObject({ mayNot: expect.stringContaining('belongs to nobody') });
    expect((await ask(ben, id, '/approval/approve', { hash })).status).toBe(200);
  });

  test('who asked does not become somebody else by another role', async () => {
    const { id, hash } = await asked();
    await sql(`update app_users set role = 'admin' where id = $1`, [ana.viewer.id]);
    expect((await ask(ana, id, '/approval/approve', { hash })).code).toBe('own_approval');
  });

  test.each<[string, (id: number) => Promise<unknown>]>([
    ['changed a word', (id) => ask(ben, id, '', { text: 'Good evening.' }, 'PATCH')],
    ['brought people', (id) => ask(ben, id, '/recipients', list(['late@example.test']))],
  ])('who %s before somebody else asked does not approve it', async (_, change) => {
    const id = await draft();
    await change(id);
    const { campaign } = await ask(ana, id, '/approval');
    const hash = campaign.approval?.hash;
    expect((await ask(ben, id, '/approval/approve', { hash })).code).toBe('own_approval');
    expect((await ask(cleo, id, '/approval/approve', { hash })).status).toBe(200);
  });

  test('who made the original does not approve the copy that somebody else made of it', async () => {
    const copy = await clone(ben, await draft());
    const { campaign } = await ask(ben, copy, '/approval');
    expect((await ask(ana, copy, '/approval/approve', { hash: campaign.approval?.hash })).code).toBe('own_approval');
  });

  test('nobody else: it is said before it is asked for, and administrators are told', async () => {
    await sql(`update app_users set banned = true where name <> 'Ana'`);
    const id = await draft();
    const answer = await ask(ana, id, '/approval');
    expect(answer).toMatchObject({ status: 409, code: 'no_approver' });
    expect((await ask(ana, id, '/send')).detail).toMatch(/Nobody else can approve it/);
    const { rows } = await sql(`select count(*)::int as n from alerts where campaign_id = $1 and type = 'campaign.no_approver'`, [id]);
    expect(rows[0].n).toBe(1);
  });
});

describe('an approval is withdrawn by', () => {
  test.each<[string, (id: number) => Promise<unknown>, RegExp]>([
    ['the subject', (id) => ask(ana, id, '', { subject: 'Two' }, 'PATCH'), /Ana's program changed the subject\./],
    ['the text', (id) => ask(ana, id, '', { text: 'Good day!' }, 'PATCH'), /changed the text\./],
    ['the HTML', (id) => ask(ana, id, '', { html: '<p>Hello</p>' }, 'PATCH'), /changed the HTML\./],
    ['the sender', (id) => ask(ana, id, '', { from: 'ana@example.com' }, 'PATCH'), /changed the sender\./],
    ['the name', (id) => ask(ana, id, '', { name: 'To the staff' }, 'PATCH'), /changed the name\./],
    ['the rounds', (id) => ask(ana, id, '', { max_retries: 9 }, 'PATCH'), /changed how often it may be retried\./],
    ['the policy', (id) => ask(ana, id, '', { unknown_policy: 'hold' }, 'PATCH'), /changed what happens when an outcome is unknown\./],
    ['one more person', (id) => ask(ana, id, '/recipients', list(['one.more@example.test'])), /changed the contact list\./],
    [
      'another column',
      (id) => ask(ana, id, '/recipients', [{ address: 'two.more@example.test', city: 'Rome' }]),
      /changed the contact list\./,
    ],
    ['an empty list', (id) => ask(ana, id, '/recipients', undefined, 'DELETE'), /changed the contact list\./],
    ['the approver’s own correction', (id) => ask(ben, id, '', { subject: 'Better' }, 'PATCH'), /Ben's program changed the subject\./],
  ])('a change of %s, and says who and what', async (_, change, words) => {
    for (const make of [asked, approved]) {
      const { id, hash } = await make();
      await change(id);
      const { approval } = await now(id);
      expect(approval).toMatchObject({ state: 'withdrawn', withdrawn_why: expect.stringMatching(words) });
      expect((await kinds(id)).findLast(({ kind }) => kind === 'approval_withdrawn')?.text).toMatch(words);
      expect((await ask(cleo, id, '/approval/approve', { hash })).code).toBe('approval_changed');
      if ((await now(id)).pending > 2) expect((await ask(ana, id, '/send')).code).toBe('approval_needed');
    }
  });

  test('nothing that changes nothing', async () => {
    const { id } = await approved();
    await ask(ana, id, '', { subject: 'One' }, 'PATCH');
    await ask(ana, id, '/recipients', list(['person1@example.test']));
    expect((await now(id)).approval?.state).toBe('approved');
    expect((await ask(ana, id, '/send')).status).toBe(202);
  });

  test.each<[string, string]>([
    ['disabled', 'update app_users set banned = true where id = $1'],
    ['a supporter now', `update app_users set role = 'support' where id = $1`],
    ['gone', 'delete from app_users where id = $1'],
  ])('an approver who is %s', async (_, change) => {
    const { id, hash } = await asked();
    const zoe = await signedIn(api.context, `Zoe${id}`, 'marketer');
    await ask(zoe, id, '/approval/approve', { hash });
    await sql(change, [zoe.viewer.id]);
    expect((await now(id)).approval).toMatchObject({
      state: 'withdrawn',
      withdrawn_why: expect.stringContaining('may not approve campaigns any more'),
    });
    expect((await ask(ana, id, '/send')).code).toBe('approval_needed');
  });

  test('who asked, and who declines leaves a word', async () => {
    const { id, hash } = await asked();
    expect((await ask(ana, id, '/approval/decline', { hash })).campaign.approval).toMatchObject({
      state: 'withdrawn',
      withdrawn_why: expect.stringContaining('took it back'),
    });
    const again = (await ask(ana, id, '/approval')).campaign.approval?.hash;
    const no = await ask(ben, id, '/approval/decline', { hash: again, note: 'The date is wrong.' });
    expect(no.campaign.approval).toMatchObject({ state: 'declined', declined_by: ben.viewer.label, note: 'The date is wrong.' });
    expect((await ask(ana, id, '/send')).code).toBe('approval_needed');
  });
});

describe('the rule', () => {
  test('turned on, it says first how many scheduled ones will wait; they wait, and can be approved as they are', async () => {
    await ruleOf(api.db);
    const at = inHours(2);
    const id = await draft();
    await ask(ana, id, '/send', { scheduled_at: at });
    await sql(`update campaigns set status = 'CANCELLED', finished_at = now() where status = 'SCHEDULED' and id <> $1`, [id]);
    const wanted = { more_than: '2', roles: [] };
    expect(await changeApprovalRule(api.db, dan.viewer, wanted, null)).toEqual([{ id, name: 'Harvest', people: 3 }]);
    expect((await now(id)).approval).toBeNull();
    expect(await changeApprovalRule(api.db, dan.viewer, wanted, 1)).toBeNull();
    const { approval, status } = await now(id);
    expect([status, approval?.state, approval?.asked_by, approval?.scheduled_at]).toEqual(['SCHEDULED', 'waiting', ana.program.label, at]);
    expect((await ask(ana, id, '/approval/approve', { hash: approval?.hash })).code).toBe('own_approval');
    expect((await ask(ben, id, '/approval/approve', { hash: approval?.hash })).status).toBe(200);
    await startScheduledCampaign(api.db, id, at);
    expect((await now(id)).status).toBe('SENDING');
  });

  test('it takes campaigns in the order of their numbers, as whatever else takes several', async () => {
    await ruleOf(api.db);
    const [first, second] = [await draft(), await draft()];
    // The later one is due earlier.
    await ask(ana, first, '/send', { scheduled_at: inHours(9) });
    await ask(ana, second, '/send', { scheduled_at: inHours(1) });
    const other = await api.db.pool.connect();
    try {
      await other.query('begin');
      await other.query('select from campaigns where id = $1 for update', [first]);
      const changed = changeApprovalRule(api.db, dan.viewer, { more_than: '2', roles: [] }, null);
      await vi.waitFor(async () => {
        const { rowCount } = await sql(
          `select from pg_locks l join pg_stat_activity a using (pid) where not granted and datname = current_database()`,
        );
        expect(rowCount).toBeGreaterThan(0);
      });
      await other.query('select from campaigns where id = $1 for update nowait', [second]);
      await other.query('rollback');
      expect((await changed)?.map(({ id }) => id)).toEqual(expect.arrayContaining([first, second]));
    } finally {
      await other.query('rollback');
      other.release();
    }
  });

  test('turned off, it frees what waits', async () => {
    const { id } = await asked();
    expect(await changeApprovalRule(api.db, dan.viewer, { more_than: null, roles: [] }, null)).toBeNull();
    expect((await now(id)).approval).toMatchObject({ needed: false, state: 'withdrawn' });
    expect((await ask(ana, id, '/send')).status).toBe(202);
  });

  test.each(['0', '-1', 'many', '1.5', '1e3', '99999999'])('more than %s people is no rule', async (more_than) => {
    await expect(changeApprovalRule(api.db, dan.viewer, { more_than, roles: [] }, null)).rejects.toMatchObject({ status: 422 });
  });

  test('is for administrators, and the database knows the same approvers as the table of roles', async () => {
    await expect(changeApprovalRule(api.db, ben.viewer, { more_than: null, roles: [] }, null)).rejects.toMatchObject({ status: 403 });
    expect(permissions).toContain('campaigns:approve');
    for (const role of roles) {
      const { rows } = await sql('select may_approve($1) as may', [role]);
      expect([role, rows[0].may]).toEqual([role, may({ role }, 'campaigns:approve')]);
    }
  });
});

describe('who is told', () => {
  const titles = async (who: Somebody, id: number) => {
    const { notifications } = await listNotifications(api.db, who.viewer);
    return notifications.filter(({ campaign }) => campaign?.id === id).map((one) => notificationText(one).title);
  };

  test('whoever may approve, but not who asked; then who asked', async () => {
    const { id, hash } = await asked();
    const all = [ana, ben, cleo, dan, sue];
    const heard = await Promise.all(all.map((who) => titles(who, id)));
    const waits = ['Harvest waits for your approval'];
    expect(heard).toEqual([[], waits, waits, waits, []]);
    await ask(ben, id, '/approval/decline', { hash, note: 'No.' });
    expect(await Promise.all(all.map((who) => titles(who, id)))).toEqual([['Harvest was not approved'], [], [], [], []]);
  });

  test('who asked, of what others withdraw, and not of what they change themselves', async () => {
    const { id } = await approved();
    await ask(ben, id, '', { subject: 'Better' }, 'PATCH');
    expect(await titles(ana, id)).toEqual(['The approval of Harvest is withdrawn']);
    const own = await asked();
    await ask(ana, own.id, '', { subject: 'Better' }, 'PATCH');
    expect(await titles(ana, own.id)).toEqual([]);
  });

  test.each([
    [{ more_than: 5 }, { more_than: null, roles: [] }, 1],
    [{ more_than: 5 }, { more_than: '6', roles: [] }, 1],
    [{ roles: ['marketer', 'support'] as Role[] }, { more_than: '1000', roles: ['marketer'] }, 1],
    [{ more_than: 5 }, { more_than: '4', roles: ['admin'] }, 0],
    [{ more_than: 5 }, { more_than: '5', roles: [] }, 0],
  ])('administrators, where the rule is looser: from %j to %j', async (was, wanted, told) => {
    await sql(`update campaigns set status = 'CANCELLED', finished_at = now() where status = 'SCHEDULED'`);
    await ruleOf(api.db, was);
    await sql('delete from alerts');
    await changeApprovalRule(api.db, dan.viewer, wanted, null);
    const { rowCount } = await sql(`select from alerts where type = 'approval.loosened'`);
    expect(rowCount).toBe(told);
    const heard = async (who: Somebody) =>
      (await listNotifications(api.db, who.viewer)).notifications.filter(({ type }) => type === 'approval.loosened').length;
    expect([await heard(dan), await heard(ben)]).toEqual([told, 0]);
  });

  test('administrators, where nobody can', async () => {
    await sql(`update app_users set banned = true where name <> 'Ana'`);
    const id = await draft();
    await ask(ana, id, '/approval');
    expect(await titles(dan, id)).toEqual(['Nobody can approve Harvest']);
    expect(await titles(ben, id)).toEqual([]);
  });

  test('programs, with the approval as it was then', async () => {
    const events = ['campaign.approval_requested', 'campaign.approved', 'campaign.declined'];
    const made = await api.call('POST', '/webhook-endpoints', { body: { url: 'https://hooks.example.com/x', events, min_unreached: 50 } });
    expect(made.status).toBe(201);
    const { id } = await approved();
    const alerts = await sql('select id from alerts where campaign_id = $1 order by id', [id]);
    for (const alert of alerts.rows) await tellEndpoints(api.db, alert.id as number);
    const { rows } = await sql('select type, body from webhook_deliveries where campaign_id = $1 order by id', [id]);
    expect(rows.map(({ type, body }) => [type, JSON.parse(body).data.campaign.approval])).toMatchObject([
      ['campaign.approval_requested', { state: 'waiting', needed: true, asked_by: ana.program.label }],
      ['campaign.approved', { state: 'approved', approved_by: ben.viewer.label }],
    ]);
    expect(JSON.stringify(rows)).not.toContain(ana.viewer.id);
  });
});

test('who wrote, imported or scheduled before editors were kept does not approve it after the upgrade', async () => {
  const id = await draft();
  await ask(ben, id, '', { text: 'Good evening.' }, 'PATCH');
  const copy = await clone(cleo, id);
  const imported = await draft(ben);
  await sql('delete from campaign_editors');
  const upgrade = readFileSync('db/migrations/0054_former_editors.sql', 'utf8').replace(/^set local.*$/m, '');
  for (let twice = 0; twice < 2; twice++) await sql(upgrade);
  const editors = async (of: number) =>
    (await sql('select u.name from campaign_editors e join app_users u on u.id::text = e.person where campaign_id = $1 order by 1', [of]))
      .rows;
  expect(await editors(id)).toEqual([{ name: 'Ana' }, { name: 'Ben' }]);
  expect(await editors(copy)).toEqual([{ name: 'Ana' }, { name: 'Ben' }, { name: 'Cleo' }]);
  expect(await editors(imported)).toEqual([{ name: 'Ben' }]);
  const { campaign } = await ask(cleo, id, '/approval');
  expect((await ask(ben, id, '/approval/approve', { hash: campaign.approval?.hash })).code).toBe('own_approval');
});
