import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApiKey } from '#app/domain/access/api-keys.server.ts';
import { may, permissions, type Role, roles } from '#app/domain/access/roles.ts';
import { notificationText } from '#app/domain/alerts/notification-text.ts';
import { listNotifications } from '#app/domain/alerts/notifications.server.ts';
import { tellEndpoints } from '#app/domain/alerts/raise-alert.server.ts';
import { changeApprovalRule } from '#app/domain/campaigns/approval-rule.server.ts';
import { standingOf } from '#app/domain/campaigns/approval-view.server.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { startScheduledCampaign } from '#app/domain/campaigns/send-campaign.server.ts';
import { cloneCampaignRecipients } from '#tasks/clone-recipients.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { numbered } from '#tests/support/campaigns.ts';
import { ruleOf, type Somebody, signedIn } from '#tests/support/people.ts';

/** Ana writes, Ben and Cleo approve, Dan administers, Sue supports. */
let api: TestApi;
let ana: Somebody;
let ben: Somebody;
let cleo: Somebody;
let dan: Somebody;
let sue: Somebody;
beforeAll(async () => {
  api = await startApi({ WEBHOOK_ALLOW_PRIVATE: '1' });
  ana = await signedIn(api.context, 'Ana', 'marketer');
  ben = await signedIn(api.context, 'Ben', 'marketer');
  cleo = await signedIn(api.context, 'Cleo', 'marketer');
  dan = await signedIn(api.context, 'Dan', 'admin');
  sue = await signedIn(api.context, 'Sue', 'support');
});
afterAll(() => api.drop());
beforeEach(async () => {
  await ruleOf(api.db, { more_than: 2 });
  await sql(`update app_users set banned = false, role = case name when 'Dan' then 'admin' when 'Sue' then 'support' else 'marketer' end`);
  await sql('update api_keys set revoked_at = null');
  for (const { program, viewer } of [ana, ben, cleo, dan, sue]) {
    for (const { id } of [program, viewer]) await api.context.auth.calls.delete(id);
  }
  api.context.auth.forgetAccess();
});

const sql = (text: string, values: unknown[] = []) => api.db.pool.query(text, values);
const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();

interface Answer {
  status: number;
  code?: string;
  detail: string;
  campaign: CampaignJson;
  body: Record<string, unknown>;
}

/** What somebody's program asks of a campaign; what they decide they do themselves, in the browser. */
async function ask(by: Somebody | string, id: number, rest: string, body: unknown = {}, method = 'POST'): Promise<Answer> {
  const how =
    typeof by === 'string' ? { key: by } : rest.startsWith('/approval/') ? { key: null, headers: by.browser ?? {} } : { key: by.key };
  const response = await api.call(method, `/campaigns/${id}${rest}`, { body, ...how });
  const text = await response.text();
  const parsed = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
  return {
    status: response.status,
    code: parsed.code as string,
    detail: String(parsed.detail ?? ''),
    campaign: parsed as unknown as CampaignJson,
    body: parsed,
  };
}
const now = async (id: number) => (await (await api.call('GET', `/campaigns/${id}`)).json()) as CampaignJson;
/** Another key of theirs. */
const keyOf = async (who: Somebody, role: Role = 'admin') =>
  (await createApiKey(api.db, { name: 'Second', role, createdBy: null, ownerId: who.viewer.id })).key;
const list = (addresses: string[]) => addresses.map((address) => ({ address }));

async function draft(by: Somebody = ana, people = 3): Promise<number> {
  const body = { name: 'Harvest', channel: 'email', subject: 'One', text: 'Good day.', from: 'news@example.com' };
  const { id } = (await (await api.call('POST', '/campaigns', { body, key: by.key })).json()) as CampaignJson;
  await api.call('POST', `/campaigns/${id}/recipients`, { body: list(numbered(people)), key: by.key });
  return id;
}
async function asked(order: object = {}, by = ana): Promise<{ id: number; hash: string }> {
  const id = await draft(by);
  const answer = await ask(by, id, '/approval', order);
  expect(answer.detail).toBe('');
  return { id, hash: answer.campaign.approval?.hash as string };
}
async function approved(order: object = {}): Promise<{ id: number; hash: string }> {
  const made = await asked(order);
  expect((await ask(ben, made.id, '/approval/approve', { hash: made.hash })).detail).toBe('');
  return made;
}
async function clone(by: Somebody, id: number): Promise<number> {
  const { campaign } = await ask(by, id, '/clone');
  await cloneCampaignRecipients(api.db)({ campaign_id: id, clone_id: campaign.id, recipients: 'all' }, {} as never);
  return campaign.id;
}
const kinds = async (id: number) =>
  ((await (await api.call('GET', `/campaigns/${id}/activity`)).json()) as { data: { kind: string; text: string }[] }).data;

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

describe('there is no way around it', () => {
  const refused = expect.objectContaining({ status: 409, code: 'approval_needed' });
  test.each<[string, () => Promise<unknown>]>([
    ['send', async () => ask(ana, await draft(), '/send')],
    ['send by an administrator, of a large one', async () => ask(dan, await draft(), '/send')],
    ['send by a key of nobody', async () => ask(api.keys.admin, await draft(), '/send')],
    ['schedule', async () => ask(ana, await draft(), '/send', { scheduled_at: inHours(2) })],
    [
      'a revision that was approved before',
      async () => {
        const { id } = await approved();
        const { revision } = await now(id);
        await ask(ana, id, '', { subject: 'Two' }, 'PATCH');
        await ask(ana, id, '', { subject: 'One' }, 'PATCH');
        return ask(ana, id, '/send', { revision: revision + 2 });
      },
    ],
    [
      'import after the approval, across the number',
      async () => {
        const id = await draft(ana, 2);
        await ask(ana, id, '/recipients', list(['third@example.test']));
        return ask(ana, id, '/send');
      },
    ],
    [
      'a clone of an approved one',
      async () => {
        const { id } = await approved();
        return ask(ana, await clone(ana, id), '/send');
      },
    ],
    ['a time after the end of the approval', async () => ask(ana, (await approved()).id, '/send', { scheduled_at: inHours(24 * 7 + 1) })],
    [
      'a month later',
      async () => {
        const { id } = await approved();
        await sql(
          `update campaigns set approval = approval || jsonb_build_object('valid_until', (now() - interval '1 minute')::text) where id = $1`,
          [id],
        );
        return ask(ana, id, '/send');
      },
    ],
    [
      'one recipient exchanged in the database',
      async () => {
        const { id } = await approved();
        await sql(
          `update recipients set address = 'other@example.test' where id = (select min(id) from recipients where campaign_id = $1)`,
          [id],
        );
        return ask(ana, id, '/send');
      },
    ],
    [
      'the content exchanged in the database',
      async () => {
        const { id } = await approved();
        await sql('alter table campaigns disable trigger campaign_revision');
        await sql(`update campaigns set text = 'Buy now' where id = $1`, [id]);
        await sql('alter table campaigns enable trigger campaign_revision');
        return ask(ana, id, '/send');
      },
    ],
    [
      'unscheduled, changed, scheduled again',
      async () => {
        const { id } = await approved();
        expect((await ask(ana, id, '/send', { scheduled_at: inHours(2) })).status).toBe(202);
        await ask(ana, id, '/unschedule');
        await ask(ana, id, '', { subject: 'Two' }, 'PATCH');
        return ask(ana, id, '/send', { scheduled_at: inHours(3) });
      },
    ],
  ])('%s', async (_, way) => {
    expect(await way()).toEqual(refused);
  });

  test.each(['SENDING', 'SCHEDULED'])('a statement that says %s', async (status) => {
    const id = await draft();
    const doing = status === 'SENDING' ? `, doing = 'sending', started_at = now()` : `, scheduled_at = now() + interval '1 hour'`;
    await expect(sql(`update campaigns set status = '${status}'${doing} where id = $1`, [id])).rejects.toMatchObject({
      constraint: 'campaign_approval',
    });
  });

  test('a job in the queue starts no draft, and none that was scheduled before the rule', async () => {
    const at = inHours(1);
    const id = await draft();
    await startScheduledCampaign(api.db, id, at);
    expect((await now(id)).status).toBe('DRAFT');
    await ruleOf(api.db);
    await ask(ana, id, '/send', { scheduled_at: at });
    await ruleOf(api.db, { more_than: 2 });
    await startScheduledCampaign(api.db, id, at);
    expect(await now(id)).toMatchObject({
      status: 'DRAFT',
      planned_at: at,
      approval: { state: 'withdrawn', withdrawn_why: expect.stringContaining('nobody had approved it') },
    });
  });

  test('by the role of a key, also of an administrator’s: to send, at its time, and as the rule changes', async () => {
    await ruleOf(api.db, { roles: ['marketer'] });
    const low = await keyOf(dan, 'marketer');
    const id = await draft(ana, 1);
    expect((await ask(low, id, '/send')).code).toBe('approval_needed');
    const { hash } = (await ask(low, id, '/approval')).campaign.approval ?? {};
    await changeApprovalRule(api.db, dan.viewer, { more_than: '99', roles: ['marketer'] }, null);
    expect((await now(id)).approval?.state).toBe('waiting');
    expect((await ask(dan, id, '/approval/approve', { hash })).code).toBe('own_approval');
    expect((await ask(dan, id, '/send')).status).toBe(202);

    await ruleOf(api.db);
    const later = await draft(ana, 1);
    const at = inHours(1);
    expect((await ask(low, later, '/send', { scheduled_at: at })).status).toBe(202);
    await ruleOf(api.db, { roles: ['marketer'] });
    await startScheduledCampaign(api.db, later, at);
    expect((await now(later)).status).toBe('DRAFT');
  });

  test('by the role of who sends, a key by its owner’s', async () => {
    await ruleOf(api.db, { roles: ['marketer'] });
    const id = await draft(ana, 1);
    const high = await keyOf(ana);
    expect((await ask(ana, id, '/send')).code).toBe('approval_needed');
    expect((await ask(high, id, '/send')).code).toBe('approval_needed');
    expect((await now(id)).approval).toMatchObject({ needed: true, roles: ['marketer'] });
    const scheduled = await draft(ana, 1);
    const at = inHours(1);
    expect((await ask(dan, scheduled, '/send', { scheduled_at: at })).status).toBe(202);
    await startScheduledCampaign(api.db, scheduled, at);
    expect((await now(scheduled)).status).toBe('SENDING');
    expect((await ask(dan, id, '/send')).status).toBe(202);
  });

  test.each<[string, object, string, string]>([
    ['sends', {}, 'SENDING', 'needed no approval'],
    ['schedules', { scheduled_at: inHours(3) }, 'SCHEDULED', 'needed no approval'],
    ['schedules and cancels', { scheduled_at: inHours(3) }, 'CANCELLED', 'needed no approval'],
  ])('who needs no approval %s it all the same, and nothing is left to approve', async (_, time, status, why) => {
    await ruleOf(api.db, { roles: ['marketer'] });
    const { id, hash } = await asked({ send: true });
    expect((await ask(dan, id, '/send', time)).status).toBe(202);
    if (status === 'CANCELLED') await ask(dan, id, '/cancel');
    const answer = await ask(ben, id, '/approval/approve', { hash });
    expect([answer.status, answer.code]).toEqual([409, status === 'SCHEDULED' ? 'approval_changed' : 'decided']);
    expect(await now(id)).toMatchObject({ status, approval: { state: 'withdrawn', withdrawn_why: expect.stringContaining(why) } });
  });

  test('a scheduled campaign that waits is cancelled: nothing is left to approve, nor to decline', async () => {
    await ruleOf(api.db);
    const id = await draft();
    await ask(ana, id, '/send', { scheduled_at: inHours(2) });
    const wanted = { more_than: '2', roles: [] };
    await changeApprovalRule(api.db, dan.viewer, wanted, (await changeApprovalRule(api.db, dan.viewer, wanted, null))?.length ?? 0);
    const hash = (await now(id)).approval?.hash;
    await ask(ana, id, '/cancel');
    expect((await now(id)).approval).toMatchObject({ state: 'withdrawn', withdrawn_why: "API key Ana's program cancelled it." });
    for (const act of ['approve', 'decline']) {
      expect(await ask(ben, id, `/approval/${act}`, { hash })).toMatchObject({ status: 409, code: 'decided' });
    }
  });

  test.each(['FAILED', 'CANCELLED', 'PAUSED'])('what waits in a campaign that is %s by whatever way is told so', async (status) => {
    const { id, hash } = await asked({ send: true });
    await sql('alter table campaigns disable trigger user');
    const failed = status === 'FAILED' ? `, failed_at = now(), failure_code = 'recipients_failed', failure_reason = 'x'` : '';
    await sql(
      `update campaigns set status = '${status}', started_at = now(), finished_at = ${status === 'PAUSED' ? 'null' : 'now()'}${failed} where id = $1`,
      [id],
    );
    await sql('alter table campaigns enable trigger user');
    expect(await ask(ben, id, '/approval/approve', { hash })).toMatchObject({ status: 409, code: 'decided' });
  });

  test('it is sent from a draft only: approved while it is scheduled, it keeps its time', async () => {
    const { id, hash } = await asked({ send: true });
    await sql('alter table campaigns disable trigger user');
    await sql(`update campaigns set status = 'SCHEDULED', scheduled_at = now() + interval '1 day' where id = $1`, [id]);
    await sql('alter table campaigns enable trigger user');
    expect((await ask(ben, id, '/approval/approve', { hash })).status).toBe(200);
    expect((await now(id)).status).toBe('SCHEDULED');
  });

  test('what is smaller goes out, and so does a retry of what was approved', async () => {
    expect((await ask(ana, await draft(ana, 2), '/send')).status).toBe(202);
    const { id } = await approved();
    await ask(ana, id, '/send');
    await sql('alter table campaigns disable trigger user');
    await sql(
      `update campaigns set status = 'FAILED', doing = 'nothing', finished_at = now(), failed_at = now(), failure_code = 'recipients_failed', failure_reason = 'x', dispatch_requested = false where id = $1`,
      [id],
    );
    await sql('alter table campaigns enable trigger user');
    expect((await ask(ana, id, '/retry')).status).toBe(202);
  });
});

describe('at the same time', () => {
  test('two approve: the first counts', async () => {
    const { id, hash } = await asked();
    const answers = await Promise.all([ben, cleo].map((who) => ask(who, id, '/approval/approve', { hash })));
    expect(answers.map(({ status, code }) => code ?? status).sort()).toEqual([200, 'decided']);
  });

  test('changed and changed back it is another revision, which who looks has not seen', async () => {
    const { id, hash } = await asked();
    const { revision } = (await now(id)).approval ?? {};
    await ask(ana, id, '', { subject: 'Two' }, 'PATCH');
    await ask(ana, id, '', { subject: 'One' }, 'PATCH');
    expect((await ask(ana, id, '/approval')).campaign.approval?.hash).toBe(hash);
    for (const act of ['approve', 'decline']) {
      expect(await ask(ben, id, `/approval/${act}`, { hash, revision })).toMatchObject({ status: 409, code: 'approval_changed' });
    }
    const { approval } = await now(id);
    expect((await ask(ben, id, '/approval/approve', { hash, revision: approval?.revision })).status).toBe(200);
  });

  test('two ask: the first counts', async () => {
    const id = await draft();
    const answers = await Promise.all([ana, ben].map((who) => ask(who, id, '/approval')));
    expect(answers.map(({ status, code }) => code ?? status).sort()).toEqual([200, 'approval_waiting']);
  });

  test('one approves what another changes: both never hold', async () => {
    for (let turn = 0; turn < 5; turn++) {
      const { id, hash } = await asked();
      const [change, decided] = await Promise.all([
        ask(ana, id, '', { subject: `Turn ${turn}` }, 'PATCH'),
        ask(ben, id, '/approval/approve', { hash }),
      ]);
      expect(change.status).toBe(200);
      expect([200, 409]).toContain(decided.status);
      if (decided.status === 409) expect(decided).toMatchObject({ code: 'approval_changed', body: { changes: [{ field: 'subject' }] } });
      expect((await now(id)).approval?.state).toBe('withdrawn');
      expect((await ask(ana, id, '/send')).code).toBe('approval_needed');
    }
  });
});

describe('by itself', () => {
  test('it is sent once approved, in the name of who asked', async () => {
    const { id } = await approved({ send: true });
    expect(await now(id)).toMatchObject({ status: 'SENDING', started_by: ana.program.label });
    const { rows } = await sql(
      `select action, after ->> 'asked_by' as asked_by, (after ->> 'recipients')::integer as people from audit_log
       where object_type = 'campaign' and object_id = $1 and action in ('campaign.approve', 'campaign.send') order by seq`,
      [String(id)],
    );
    expect(rows).toEqual(['campaign.approve', 'campaign.send'].map((action) => ({ action, asked_by: ana.program.label, people: 3 })));
  });

  test('it is scheduled once approved, and goes out at its time', async () => {
    const at = inHours(24 * 20);
    const { id } = await approved({ send: true, scheduled_at: at });
    expect(await now(id)).toMatchObject({ status: 'SCHEDULED', scheduled_at: at });
    const { rows } = await sql(`select actor_name, after from audit_log where action = 'campaign.schedule' and object_id = $1`, [
      String(id),
    ]);
    expect(rows).toEqual([{ actor_name: 'Ben', after: expect.objectContaining({ asked_by: ana.program.label, scheduled_at: at }) }]);
    await startScheduledCampaign(api.db, id, at);
    expect((await now(id)).status).toBe('SENDING');
  });

  test('not approved by its time it stays, and says so', async () => {
    const at = inHours(1);
    const { id, hash } = await asked({ send: true, scheduled_at: at });
    await startScheduledCampaign(api.db, id, at);
    expect(await now(id)).toMatchObject({
      status: 'DRAFT',
      approval: { state: 'withdrawn', withdrawn_why: 'Its time came, and nobody had approved it. Nothing was sent.' },
    });
    expect((await ask(ben, id, '/approval/approve', { hash })).code).toBe('approval_changed');
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

test('a message goes to many by no test nor correction either: 20 a day and person, with all their keys', async () => {
  const id = await draft(ana, 1);
  const test = (by: Somebody) => ask(by, id, '/test', { address: 'me@example.com' });
  const note = (actor: string, times: number) =>
    sql(
      `insert into audit_log (actor_kind, actor_id, door, action, outcome) select 'key', $1, 'api', 'campaign.test', 'done' from generate_series(1, $2::int)`,
      [actor, times],
    );
  await note(ben.program.id, 12);
  await note(ben.viewer.id, 7);
  // There is no provider here to take the 20th.
  expect((await test(ben)).code).toBe('configuration');
  await note(ben.program.id, 1);
  expect(await test(ben)).toMatchObject({ status: 429, code: 'rate_limited' });
  // So do the ones that retry to other addresses, and the two share the number.
  const failed = await draft(cleo, 2);
  await sql('alter table campaigns disable trigger user; alter table recipients disable trigger user');
  await sql(
    `update campaigns set status = 'FAILED', doing = 'nothing', started_at = now(), finished_at = now(), failed_at = now(), failure_code = 'recipients_failed', failure_reason = 'x', pending = 0, failed = 2 where id = $1`,
    [failed],
  );
  await sql(
    `update recipients set status = 'failed', failed_at = now(), failure_code = 'invalid_recipient', failure_reason = 'x' where campaign_id = $1`,
    [failed],
  );
  await sql('alter table campaigns enable trigger user; alter table recipients enable trigger user');
  await sql(`insert into campaign_failures (campaign_id, failure_code, recipients) values ($1, 'invalid_recipient', 2)`, [failed]);
  const { rows } = await sql('select id from recipients where campaign_id = $1 order by id', [failed]);
  const corrected = (i: number) => ask(cleo, failed, `/recipients/${rows[i].id}/retry`, { address: `right${i}@example.test` });
  await note(cleo.program.id, 19);
  expect(await corrected(0)).toMatchObject({ status: 200 });
  expect(await corrected(1)).toMatchObject({ status: 429, code: 'rate_limited' });
  expect((await test(cleo)).code).toBe('rate_limited');
  expect((await ask(cleo, failed, `/recipients/${rows[1].id}/retry`)).status).toBe(200);
  await note(ana.program.id, 5);
  expect((await test(ana)).status).toBe(409);
  await ruleOf(api.db);
  expect((await test(ben)).status).toBe(409);
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
