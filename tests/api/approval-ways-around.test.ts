import { describe, expect, test } from 'vitest';
import { changeApprovalRule } from '#app/domain/campaigns/approval-rule.server.ts';
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
  list,
  now,
  sql,
  withApproval,
} from '#tests/support/approval.ts';
import { ruleOf, type Somebody } from '#tests/support/people.ts';

withApproval();

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

test('nor by many tests at once', async () => {
  const id = await draft(ana, 1);
  await sql(
    `insert into audit_log (actor_kind, actor_id, door, action, outcome) select 'key', $1, 'api', 'campaign.test', 'done' from generate_series(1, 15)`,
    [dan.program.id],
  );
  const codes = await Promise.all(Array.from({ length: 9 }, async () => (await ask(dan, id, '/test', { address: 'me@example.com' })).code));
  expect(codes.toSorted()).toEqual([...Array(5).fill('configuration'), ...Array(4).fill('rate_limited')]);
});

// Past all that notices a change: the hash alone knows.
test.each([{}, { send: true }])('approving with %j refuses a list that is not the one that was asked for', async (order) => {
  const { id, hash } = await asked(order);
  await sql('alter table recipients disable trigger user');
  await sql(`update recipients set address = 'another@example.test' where id = (select min(id) from recipients where campaign_id = $1)`, [
    id,
  ]);
  await sql('alter table recipients enable trigger user');
  expect(await ask(ben, id, '/approval/approve', { hash })).toMatchObject({
    status: 409,
    code: 'approval_changed',
    detail: 'It is not what you saw any more. Nothing was approved. Look at it as it is now, then decide.',
  });
  expect(await now(id)).toMatchObject({ status: 'DRAFT', approval: { state: 'waiting' } });
});
