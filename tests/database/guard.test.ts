import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CampaignState, campaignAllowedFrom, campaignDoings, campaignStates } from '#db/ledger/campaign-transitions.ts';
import { columnsOfState } from '#db/ledger/guard.ts';
import { allowedFrom, statuses } from '#db/ledger/transitions.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { applyDefinitions } from '../../db/migrate/definitions.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

test('a recipient becomes what the table of transitions allows and nothing else, whoever writes it', async () => {
  const { pool } = own.db;
  const campaign = await draftCampaign(own.db, { addresses: numbered(statuses.length ** 2) });
  await pool.query(`update campaigns set status = 'SENDING', doing = 'sending', doubtful = true, started_at = now() where id = $1`, [
    campaign,
  ]);
  const ids = (await pool.query<{ id: number }>('select id from recipients where campaign_id = $1 order by id', [campaign])).rows;
  const become = (id: number | undefined, status: string) =>
    pool.query(
      `update recipients set status = $3::recipient_status, attempt_id = 1,
         claimed_at = case when $3 = 'sending' then now() end, next_attempt_at = case when $3 = 'retrying' then now() end,
         sent_at = case when $3 = 'sent' then now() end, failed_at = case when $3 = 'failed' then now() end,
         failure_code = case when $3 = 'failed' then 'timeout' end
       where campaign_id = $1 and id = $2`,
      [campaign, id, status],
    );
  const pairs = statuses.flatMap((from) => statuses.map((to) => ({ from, to, id: ids.pop()?.id })));
  await pool.query('alter table recipients disable trigger recipient_moves');
  for (const { id, from } of pairs) await become(id, from);
  await pool.query('alter table recipients enable trigger recipient_moves');

  const passed: string[] = [];
  for (const { id, from, to } of pairs) {
    const refused = await become(id, to).then(
      () => null,
      (error: Error) => error.message,
    );
    if (refused === null) passed.push(`${from} ${to}`);
    else expect(refused).toBe(`a recipient that is ${from} cannot become ${to}`);
  }
  const listed = statuses.flatMap((from) => [from, ...allowedFrom(from)].map((to) => `${from} ${to}`));
  expect(passed.sort()).toEqual(listed.sort());
});

describe('a campaign', () => {
  const NOW = 'now()';
  const open: Record<string, string> = {
    started_at: NOW,
    finished_at: 'null',
    failed_at: 'null',
    failure_code: 'null',
    stop_code: 'null',
    stop_reason: 'null',
    retry_codes: 'null',
    preparing_of: 'null',
    hold_until: 'null',
    hold_reason: 'null',
    reopened_from: 'null',
    reopened_finished_at: 'null',
    reopened_failed_at: 'null',
    doubtful: 'false',
    scheduled_at: 'null',
  };
  const ended = { finished_at: NOW };
  const failed = { ...ended, failed_at: NOW, failure_code: `'recipients_failed'` };
  const stopped = { stop_code: `'out_of_credits'`, stop_reason: `'No credits.'` };
  const gathers = { retry_codes: `'{timeout}'` };
  const ofStatus: Record<string, Record<string, string>> = {
    ...{ SCHEDULED: { scheduled_at: NOW }, SENT: ended, CANCELLED: ended, PARTIALLY_SENT: failed, FAILED: failed },
  };
  const ofDoing: Record<string, Record<string, string>> = { stopping: stopped, singles: stopped, gathering: gathers };

  const all = ['DRAFT', 'SCHEDULED', 'SENDING', 'PAUSED', 'SENT', 'PARTIALLY_SENT', 'FAILED', 'CANCELLED'].flatMap((status) =>
    campaignDoings.map((doing) => ({ status, doing })),
  );

  let id: number;
  beforeAll(async () => {
    id = await draftCampaign(own.db, { addresses: [] });
    await own.db.pool.query('alter table campaigns disable trigger user');
  });
  afterAll(() => own.db.pool.query('alter table campaigns enable trigger user'));

  /** @returns the name of the constraint that refused it, or null */
  async function becomes({ status, doing }: { status: string; doing: string }, more: Record<string, string> = {}): Promise<string | null> {
    const columns = { ...open, ...ofStatus[status], ...ofDoing[doing], ...more };
    const set = Object.entries(columns).map(([name, value]) => `${name} = ${value}`);
    return own.db.pool.query(`update campaigns set status = $2, doing = $3, ${set.join(', ')} where id = $1`, [id, status, doing]).then(
      () => null,
      (error: { constraint?: string }) => error.constraint ?? String(error),
    );
  }

  test('does in each status what the table of its states says and nothing else', async () => {
    const passed: string[] = [];
    for (const one of all) {
      const refused = await becomes(one);
      if (refused === null) passed.push(one.doing === 'nothing' ? one.status : `${one.status} ${one.doing}`);
      else expect(refused).toBe('doing_of_status');
    }
    expect(passed.sort()).toEqual([...campaignStates].sort());
  });

  const had = { reopened_from: `'FAILED'`, reopened_finished_at: NOW, reopened_failed_at: NOW };
  test.each<[string, CampaignState, Record<string, string>, string | null]>([
    ['stops without saying why', 'SENDING stopping', { stop_code: 'null', stop_reason: 'null' }, 'stop_has_reason'],
    ['stops with a code alone', 'PAUSED stopping', { stop_reason: 'null' }, 'stop_has_reason'],
    ['sends, and has stopped', 'SENDING sending', stopped, 'stop_has_reason'],
    ['is paused, and has stopped', 'PAUSED', stopped, 'stop_has_reason'],
    ['gathers a round, and has stopped', 'SENDING gathering', stopped, 'stop_has_reason'],
    ['has ended, and still stops', 'FAILED', stopped, 'stop_has_reason'],
    [
      'sends to singles, and the others rest for no reason',
      'SENDING singles',
      { stop_code: 'null', stop_reason: 'null' },
      'stop_has_reason',
    ],
    ['gathers nobody knows whom', 'PAUSED gathering', { retry_codes: 'null' }, 'gathering_has_codes'],
    ['knows whom to gather, and sends', 'SENDING sending', gathers, 'gathering_has_codes'],
    ['is cancelled, and knows whom to gather', 'CANCELLED', gathers, 'gathering_has_codes'],
    ['is a draft that knows how long its list will be, and does not copy it', 'DRAFT', { preparing_of: '9' }, 'list_in_work_has_size'],
    ['copies a list of known length', 'DRAFT copying', { preparing_of: '9' }, null],
    ['has ended, and is open again', 'SENT', { ...had, reopened_from: `'SENT'` }, 'reopened_is_open'],
    ['was cancelled, and is open again', 'CANCELLED', had, 'reopened_is_open'],
    ['gathers a round for singles', 'SENDING gathering', had, 'reopened_is_open'],
    ['is open again and had not ended', 'SENDING sending', { ...had, reopened_from: `'PAUSED'` }, 'reopened_is_open'],
    ['had ended, nobody knows how', 'SENDING sending', { reopened_finished_at: NOW }, 'reopened_is_open'],
    ['is open again', 'SENDING singles', had, null],
    ['is open again, paused', 'PAUSED singles', had, null],
    ['is open again, and stops', 'SENDING stopping', had, null],
    ['is paused, and waits for its provider', 'PAUSED', { hold_reason: `'It is ill.'` }, 'held_is_sending'],
    ['waits until a time for no reason', 'SENDING sending', { hold_until: NOW }, 'held_is_sending'],
    ['waits for its provider', 'SENDING singles', { hold_until: NOW, hold_reason: `'It is ill.'` }, null],
    ['had ended before the backup, and is doubtful', 'SENT', { doubtful: 'true' }, 'doubtful_is_open'],
    ['is paused, gathers and is doubtful', 'PAUSED gathering', { doubtful: 'true' }, null],
  ])('that %s', async (_, state, more, refused) => {
    expect(await becomes(columnsOfState(state), more)).toBe(refused);
  });

  test('becomes what the table of transitions allows and nothing else, whoever writes it', async () => {
    const passed: string[] = [];
    const guard = (how: 'enable' | 'disable') => own.db.pool.query(`alter table campaigns ${how} trigger campaign_moves`);
    for (const from of campaignStates) {
      for (const to of campaignStates) {
        await guard('disable');
        expect(await becomes(columnsOfState(from))).toBe(null);
        await guard('enable');
        const refused = await becomes(columnsOfState(to));
        if (refused === null) passed.push(`${from} to ${to}`);
        else expect(refused).toBe('campaign_transition');
      }
    }
    await guard('disable');
    const listed = campaignStates.flatMap((from) => [from, ...campaignAllowedFrom(from)].map((to) => `${from} to ${to}`));
    expect(passed.sort()).toEqual(listed.sort());
  });
});

test('current texts are applied once, a changed one alone, and an older version turns nothing back', async () => {
  const client = await own.db.pool.connect();
  try {
    expect(await applyDefinitions(client)).toEqual([]);
    // The database of the version before: one text was another.
    await client.query(`update schema_definitions set number = 0, texts = jsonb_set(texts, '{definitions/drafts.sql}', '"another"')`);
    await client.query('drop trigger campaign_listed on campaigns');
    expect(await applyDefinitions(client)).toEqual(['definitions/drafts.sql']);
    const { rowCount } = await client.query(`select from pg_trigger where tgname = 'campaign_listed'`);
    expect(rowCount).toBe(1);
    // A newer version came after ours.
    await client.query(`insert into schema_definitions (number, texts) values (1000000, '{}')`);
    expect(await applyDefinitions(client)).toEqual([]);
  } finally {
    client.release();
  }
});

test('a text waits for locks a little at a time, and ends nobody’s statement', async () => {
  const [holder, client] = await Promise.all([own.db.pool.connect(), own.db.pool.connect()]);
  try {
    await client.query(`delete from schema_definitions`);
    await holder.query('begin; lock table recipients in row exclusive mode');
    const applied = applyDefinitions(client);
    const waits = async () =>
      (await own.db.pool.query(`select from pg_locks where not granted and relation = 'recipients'::regclass`)).rowCount;
    await expect.poll(waits).toBe(1);
    await expect.poll(waits).toBe(0); // out of the way of others
    // In the order of every statement that changes the ledger: recipients, then their campaign.
    await holder.query('lock table campaigns in row exclusive mode');
    await holder.query('commit');
    expect(await applied).toContain('ledger/recipients.sql');
  } finally {
    holder.release();
    client.release();
  }
});
