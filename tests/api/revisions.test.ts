import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ifMatch } from '#app/api/operations/if-match.ts';
import { createApiKey } from '#app/domain/access/api-keys.server.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { cloneCampaignRecipients } from '#tasks/clone-recipients.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { writeByHand } from '#tests/support/by-hand.ts';

let api: TestApi;
let ben: string;
beforeAll(async () => {
  api = await startApi();
  ben = (await createApiKey(api.db, { name: 'Ben', role: 'marketer', createdBy: null })).key;
});
afterAll(() => api.drop());
beforeEach(() => api.context.auth.calls.delete('key:1'));

const people = [{ address: 'ada@example.com' }, { address: 'bob@example.com' }];

async function draft(): Promise<CampaignJson> {
  const body = { name: 'Harvest', channel: 'email', subject: 'One', text: 'Good day.', from: 'news@example.com' };
  return (await (await api.call('POST', '/campaigns', { body })).json()) as CampaignJson;
}
const path = ({ id }: { id: number }) => `/campaigns/${id}`;
const read = async (response: Response) => (await response.json()) as CampaignJson;
const now = async (campaign: { id: number }) => read(await api.call('GET', path(campaign)));
const patch = (campaign: { id: number }, body: object, match?: string, key?: string) =>
  api.call('PATCH', path(campaign), { body, ...(match && { headers: { 'If-Match': match } }), ...(key && { key }) });

describe('a revision', () => {
  test.each([
    ['the name', { name: 'Harvest time' }],
    ['the subject', { subject: 'Two' }],
    ['the text', { text: 'Good evening.' }],
    ['the HTML', { html: '<p>Hello</p>' }],
    ['the sender', { from: 'Ana <ana@example.com>' }],
    ['the rounds', { max_retries: 1 }],
    ['the policy', { unknown_policy: 'hold' }],
    ['several at once', { subject: 'Three', html: '<p>Hello</p>', from: null }],
  ])('grows by one with a change of %s', async (_, body) => {
    const made = await draft();
    expect(made.revision).toBe(1);
    const answer = await patch(made, body);
    expect(answer.headers.get('etag')).toBe('"2"');
    expect((await read(answer)).revision).toBe(2);
  });

  test('stays where nothing changes', async () => {
    const made = await draft();
    expect((await read(await patch(made, { subject: 'One', text: 'Good day.' }))).revision).toBe(1);
    expect((await read(await patch(made, {}))).revision).toBe(1);
  });

  test('grows with the list, however it changes', async () => {
    const made = await draft();
    const grew = async () => (await now(made)).revision;
    const list = `${path(made)}/recipients`;
    await api.call('POST', list, { body: people });
    const imported = await grew();
    expect(imported).toBeGreaterThan(1);
    await api.call('POST', list, { body: people });
    expect(await grew(), 'only duplicates').toBe(imported);
    await api.call('POST', list, { body: [{ address: 'cy@example.com', city: 'Oslo' }] });
    const more = await grew();
    expect(more).toBeGreaterThan(imported);
    await api.call('DELETE', list);
    expect(await grew()).toBeGreaterThan(more);
  });
});

describe('who names the revision that they saw', () => {
  test('changes a draft that is as they saw it, and no other', async () => {
    const made = await draft();
    const mine = await patch(made, { subject: 'Mine' }, '"1"', ben);
    expect(mine.status).toBe(200);
    const late = await patch(made, { subject: 'Late', html: '<p>Late</p>' }, '"1"');
    expect(late.status).toBe(412);
    const problem = (await late.json()) as { changes: object[] };
    expect(problem).toMatchObject({
      code: 'stale_revision',
      revision: 2,
      changes: [{ field: 'subject', revision: 2, changed_by: 'API key Ben', changed_at: expect.any(String) }],
      detail: expect.stringMatching(/^API key Ben changed the subject just now\. Nothing was changed\./),
    });
    expect(await now(made)).toMatchObject({ subject: 'Mine', html: null, revision: 2 });
    expect((await patch(made, { subject: 'Late' }, '"2"')).status).toBe(200);
  });

  test('without a name the last one wins, as before', async () => {
    const made = await draft();
    await patch(made, { subject: 'Two' });
    expect((await patch(made, { subject: 'Three' })).status).toBe(200);
    expect((await patch(made, { subject: 'Four' }, '*')).status).toBe(200);
  });

  test('of two at once one wins', async () => {
    const made = await draft();
    const both = await Promise.all(['Left', 'Right'].map((subject) => patch(made, { subject }, '"1"')));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    const won = await read(both.find(({ status }) => status === 200) as Response);
    expect((await now(made)).subject).toBe(won.subject);
  });

  test('deletes only what they saw', async () => {
    const made = await draft();
    await api.call('POST', `${path(made)}/recipients`, { body: people });
    const late = await api.call('DELETE', path(made), { headers: { 'If-Match': '"1"' } });
    expect(late.status).toBe(412);
    expect(await late.json()).toMatchObject({ changes: [{ field: 'recipients', changed_by: 'API key admin' }] });
    const { revision } = await now(made);
    expect((await api.call('DELETE', path(made), { headers: { 'If-Match': `"${revision}"` } })).status).toBe(204);
  });

  test.each([{}, { scheduled_at: '2099-07-01T09:00', time_zone: 'Europe/Berlin' }])('sends only what they saw: %j', async (when) => {
    const made = await draft();
    await api.call('POST', `${path(made)}/recipients`, { body: people });
    const { revision } = await now(made);
    await patch(made, { subject: 'Changed after the review' }, undefined, ben);
    const send = (body: object) => api.call('POST', `${path(made)}/send`, { body: { ...when, ...body } });
    const stale = await send({ revision });
    expect(stale.status).toBe(409);
    expect(await stale.json()).toMatchObject({
      code: 'stale_revision',
      revision: revision + 1,
      changes: [{ field: 'subject', changed_by: 'API key Ben' }],
      detail: expect.stringContaining('Nothing was sent.'),
    });
    expect((await now(made)).status).toBe('DRAFT');
    expect((await send({ revision: revision + 9 })).status).toBe(409);
    for (const wrong of ['7', 1.5, 0, -1]) expect((await send({ revision: wrong })).status).toBe(422);
    expect((await send({ revision: revision + 1 })).status).toBe(202);
  });
});

test('who sends what somebody else has sent is told who and when', async () => {
  const made = await draft();
  await api.call('POST', `${path(made)}/recipients`, { body: people });
  await api.call('POST', `${path(made)}/send`, { key: ben });
  const again = await api.call('POST', `${path(made)}/send`, { body: { revision: 3 } });
  expect(again.status).toBe(409);
  expect(await again.json()).toMatchObject({ detail: expect.stringMatching(/^API key Ben sent it just now\. A campaign that is sending/) });
});

test('unscheduling keeps the time and zone that were chosen, until it is scheduled again', async () => {
  const made = await draft();
  await api.call('POST', `${path(made)}/recipients`, { body: people });
  const when = { scheduled_at: '2099-07-01T09:00', time_zone: 'America/New_York' };
  const scheduled = await read(await api.call('POST', `${path(made)}/send`, { body: when }));
  const back = await read(await api.call('POST', `${path(made)}/unschedule`));
  expect(back).toMatchObject({
    status: 'DRAFT',
    scheduled_at: null,
    planned_at: scheduled.scheduled_at,
    planned_time_zone: 'America/New_York',
  });
  const again = await read(await api.call('POST', `${path(made)}/send`, { body: { ...when, revision: back.revision } }));
  expect(again).toMatchObject({ status: 'SCHEDULED', planned_at: null, planned_time_zone: null });
});

describe('If-Match', () => {
  const header = (value: string) => ifMatch(new Headers({ 'If-Match': value }));
  test.each([
    ['"7"', [7]],
    ['W/"7"', [7]],
    [' "7" ', [7]],
    ['"7-gzip"', [7]],
    ['7', [7]],
    ['"7", "9"', [7, 9]],
    ['W/"7","12"', [7, 12]],
    ['*', null],
  ])('%s', (value, revisions) => {
    expect(header(value)).toEqual(revisions);
  });
  test.each(['', 'latest', '"x"', '"7', '0', '"-1"', '"7" "8"', '"99999999999999999999"', '"7",', "'7'", 'w/7', '*,"7"'])(
    'that names nothing is refused, since it was to protect something: %s',
    (value) => {
      expect(() => header(value)).toThrow(/names no revision/);
    },
  );
  test('is not needed', () => {
    expect(ifMatch(new Headers())).toBeNull();
  });
});

test('by activity, pages leave nobody out, and what was touched last is first', async () => {
  const own = await startApi();
  const make = async (name: string) =>
    read(await own.call('POST', '/campaigns', { body: { name, channel: 'email', subject: `About ${name}` } }));
  const made = [await make('Ash'), await make('Birch'), await make('Cedar'), await make('Date')];
  await own.call('PATCH', path(made[1] as CampaignJson), { body: { subject: 'Changed' } });
  await own.call('PATCH', path(made[0] as CampaignJson), { body: { subject: 'Changed later' } });
  await own.call('PATCH', path(made[2] as CampaignJson), { body: { subject: 'About Cedar' } }); // changes nothing
  const names: string[] = [];
  let cursor = '';
  do {
    const answer = await own.call('GET', `/campaigns?sort=activity&limit=1&cursor=${cursor}`);
    const { data, next_cursor } = (await answer.json()) as { data: CampaignJson[]; next_cursor: string | null };
    names.push(...data.map(({ name }) => name));
    cursor = next_cursor ?? '';
  } while (cursor);
  expect(names).toEqual(['Ash', 'Birch', 'Date', 'Cedar']);
  const bySubject = await own.call('GET', '/campaigns?q=later');
  expect(((await bySubject.json()) as { data: CampaignJson[] }).data.map(({ name }) => name)).toEqual(['Ash']);
  const created = (await (await own.call('GET', '/campaigns?limit=1')).json()) as { next_cursor: string };
  expect((await own.call('GET', `/campaigns?sort=activity&cursor=${created.next_cursor}`)).status).toBe(422);
  await own.drop();
});

describe('a clone for those not reached', () => {
  const states = [
    ['ok@example.com', 'sent', null],
    ['full@example.com', 'failed', 'provider_error'],
    ['gone@example.com', 'failed', 'invalid_address'],
    ['maybe@example.com', 'failed', 'outcome_unknown'],
    ['stop@example.com', 'failed', 'opted_out'],
    ['never@example.com', 'pending', null],
    ['held@example.com', 'unknown', null],
    ['blocked@example.com', 'suppressed', null],
  ] as const;

  async function ended(status: string): Promise<CampaignJson> {
    const made = await draft();
    await patch(made, { max_retries: 1, unknown_policy: 'hold' });
    await api.call('POST', `${path(made)}/recipients`, { body: states.map(([address]) => ({ address })) });
    await writeByHand(api.db.pool);
    await api.db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [made.id]);
    for (const [address, state, code] of states.filter(([, state]) => state !== 'pending')) {
      await api.db.pool.query(
        `update recipients set status = $3::recipient_status, failure_code = $4, failure_reason = $4,
           failed_at = case when $3 = 'failed' then now() end, sent_at = case when $3 = 'sent' then now() end, attempt_id = case when $3 = 'unknown' then nextval('attempt_ids') end
         where campaign_id = $1 and address = $2`,
        [made.id, address, state, code],
      );
    }
    if (status !== 'SENDING') {
      await api.db.pool.query(
        `update campaigns set status = 'PARTIALLY_SENT', doing = 'nothing', finished_at = now(), failed_at = now(), failure_code = 'recipients_failed' where id = $1`,
        [made.id],
      );
    }
    return now(made);
  }
  const clone = (of: CampaignJson, body: object) => api.call('POST', `${path(of)}/clone`, { body });

  test('leaves out who was reached, who may have been, and who asked to be left alone', async () => {
    const original = await ended('PARTIALLY_SENT');
    const answer = await clone(original, { recipients: 'not_reached' });
    expect(answer.status).toBe(201);
    const made = await read(answer);
    expect(made).toMatchObject({
      status: 'DRAFT',
      preparing: true,
      preparing_of: 3,
      max_retries: 1,
      unknown_policy: 'hold',
      subject: 'One',
    });
    const { rows } = await api.db.pool.query<{ payload: unknown }>(
      `select payload from graphile_worker._private_jobs where payload ->> 'clone_id' = $1`,
      [String(made.id)],
    );
    await cloneCampaignRecipients(api.db)(rows[0]?.payload as never, {} as never);
    const list = (await (await api.call('GET', `${path(made)}/recipients`)).json()) as { data: { address: string }[] };
    expect(list.data.map(({ address }) => address)).toEqual(['full@example.com', 'gone@example.com', 'never@example.com']);
    expect(await now(made)).toMatchObject({ preparing: false, total: 3 });
  });

  test('waits for the end, and needs somebody', async () => {
    const running = await ended('SENDING');
    expect((await clone(running, { recipients: 'not_reached' })).status).toBe(409);
    expect((await clone(running, { recipients: 'all' })).status).toBe(201);
    expect((await clone(running, { recipients: 'some' })).status).toBe(422);
    expect((await clone(await draft(), { recipients: 'not_reached' })).status).toBe(409);
  });

  test('without a choice goes to everybody', async () => {
    expect(await read(await api.call('POST', `${path(await ended('PARTIALLY_SENT'))}/clone`))).toMatchObject({ preparing_of: 8 });
  });
});

test('how long it was sending leaves out pauses and the time between an end and a retry', async () => {
  const made = await draft();
  await api.call('POST', `${path(made)}/recipients`, { body: people });
  await api.call('POST', `${path(made)}/send`);
  const ago = (seconds: number) =>
    api.db.pool.query(`update campaigns set sending_since = clock_timestamp() - make_interval(secs => $2) where id = $1`, [
      made.id,
      seconds,
    ]);
  await ago(90);
  expect((await now(made)).sending_since).not.toBeNull();
  const paused = await read(await api.call('POST', `${path(made)}/pause`));
  expect(paused.sending_since).toBeNull();
  expect(Math.round(paused.sending_ms / 10_000)).toBe(9);
  await api.call('POST', `${path(made)}/resume`);
  await ago(30);
  const cancelled = await read(await api.call('POST', `${path(made)}/cancel`));
  expect(Math.round(cancelled.sending_ms / 10_000)).toBe(12);
});
