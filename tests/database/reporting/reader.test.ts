import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureTexts } from '#app/domain/failures.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

/** Fixed by the contract with those who write reports. */
const contract = {
  campaigns:
    'id name channel status total pending queued sending retrying unknown sent failed suppressed cancelled delivered bounced scheduled_at time_zone started_at finished_at failed_at failure_code failure_reason retry_count max_retries retries_left retry_until hold_until hold_reason preparing version created_at created_by recovered_by_retry unsubscribed complained subject sender started_by',
  recipients:
    'campaign_id recipient_id channel address status round attempts sent_at failed_at failure_code failure_reason delivery delivered_at unsubscribed_at variables complained_at',
  attempts:
    'campaign_id recipient_id channel round number started_at finished_at duration_ms outcome http_status provider_code reason actor address',
  failure_reasons: 'campaign_id channel failure_code label recipients first_at last_at',
  daily_sends: 'day channel sent failed attempts retried recovered bounced complained unsubscribed delivered',
  retry_recovery: 'campaign_id channel round number attempted accepted',
  suppressions: 'channel address reason source campaign_id recipient_id created_at created_by',
  provider_events: 'campaign_id recipient_id provider kind occurred_at received_at code failure_code reason',
  imports: 'campaign_id file_name rows accepted duplicates rejected created_at created_by',
  campaign_events: 'campaign_id recipient_id at kind actor details',
};
const views = Object.keys(contract);

let own: TestDatabase;
let login: string;
let analyst: pg.Client;
beforeAll(async () => {
  own = await createTestDatabase();
  login = `analyst_${randomBytes(4).toString('hex')}`;
  await own.db.pool.query(`create role ${login} login password 'secret' in role reporting_reader`);
  const url = new URL(own.url);
  url.username = login;
  url.password = 'secret';
  analyst = new pg.Client(url.href);
  await analyst.connect();
});
afterAll(async () => {
  await analyst.end();
  await own.db.pool.query(`drop role ${login}`);
  await own.drop();
});

const refused = (sql: string) =>
  analyst.query(sql).then(
    () => `went through: ${sql}`,
    (error: { code: string }) => error.code,
  );
const INSUFFICIENT_PRIVILEGE = '42501';

test.each(Object.entries(contract))('reporting.%s has the columns that were promised, and answers', async (view, columns) => {
  const { fields } = await analyst.query(`select * from reporting.${view}`);
  expect(fields.map(({ name }) => name)).toEqual(columns.split(' '));
});

test('the schema, its views and every column are explained; times have a zone', async () => {
  const { rows } = await own.db.pool.query<{ view: string; column: string | null; about: string | null; type: string }>(
    `select c.relname as view, a.attname as column, format_type(a.atttypid, null) as type,
       coalesce(col_description(c.oid, a.attnum), '') as about
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
     where c.relnamespace = 'reporting'::regnamespace
     union all
     select relname, null, '', coalesce(obj_description(oid), '') from pg_class where relnamespace = 'reporting'::regnamespace
     union all
     select 'reporting', null, '', coalesce(obj_description('reporting'::regnamespace), '')`,
  );
  expect(new Set(rows.map(({ view }) => view))).toEqual(new Set([...views, 'reporting']));
  expect(rows.filter(({ about }) => !about || about.length < 10)).toEqual([]);
  expect(rows.filter(({ column, type }) => column?.endsWith('_at') && type !== 'timestamp with time zone')).toEqual([]);
});

describe('an analyst’s login', () => {
  test('reads no table, view or sequence but these', async () => {
    const { rows } = await own.db.pool.query<{ name: string; schema: string }>(
      `select c.oid::regclass::text as name, n.nspname as schema from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_'`,
    );
    const others = rows.filter(({ schema }) => schema !== 'reporting');
    expect(others.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['recipients', 'app_users', 'api_keys', 'graphile_worker._private_jobs']),
    );
    for (const { name } of others) {
      expect([name, await refused(`select * from ${name}`)]).toEqual([name, INSUFFICIENT_PRIVILEGE]);
      expect(await refused(`delete from ${name}`)).not.toContain('went through');
    }
    expect(rows.filter(({ schema }) => schema === 'reporting')).toHaveLength(views.length);
    expect(await refused(`select nextval('attempt_ids')`)).toBe(INSUFFICIENT_PRIVILEGE);
  });

  test.each(views)('changes nothing through reporting.%s', async (view) => {
    for (const privilege of ['insert', 'update', 'delete', 'truncate', 'references', 'trigger']) {
      const { rows } = await own.db.pool.query(`select has_table_privilege($1, $2, $3) as may`, [login, `reporting.${view}`, privilege]);
      expect([privilege, rows[0].may]).toEqual([privilege, false]);
    }
    expect(await refused(`delete from reporting.${view}`)).not.toContain('went through');
    expect(await refused(`insert into reporting.${view} select * from reporting.${view}`)).not.toContain('went through');
  });

  test('calls no function of ours, nor of the queue', async () => {
    const { rows } = await own.db.pool.query<{ name: string }>(
      `select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname in ('public', 'reporting', 'graphile_worker')
         and has_schema_privilege($1, n.oid, 'usage') and has_function_privilege($1, p.oid, 'execute')`,
      [login],
    );
    expect(rows).toEqual([]);
    for (const call of ['finish_move(1, 0)', 'grant_reporting()', `graphile_worker.add_job('send_email_chunk', '{"campaign_id": 1}')`]) {
      expect([call, await refused(`select ${call}`)]).toEqual([call, INSUFFICIENT_PRIVILEGE]);
    }
  });

  test('makes and grants nothing', async () => {
    const attempts = [
      ...['create table public.mine (id integer)', 'create table reporting.mine (id integer)', 'create view reporting.mine as select 1'],
      ...[
        'create schema mine',
        'create role mine',
        `set role ${own.db.pool.options.user ?? 'rollcall'}`,
        `grant reporting_reader to ${login} with admin option`,
      ],
      ...[
        'alter view reporting.campaigns owner to current_user',
        'drop view reporting.campaigns',
        `comment on view reporting.campaigns is ''`,
      ],
      `copy (select 1) to program 'true'`,
    ];
    for (const sql of attempts) expect([sql, await refused(sql)]).toEqual([sql, INSUFFICIENT_PRIVILEGE]);
  });
});

test('the texts of failures are those of the code', async () => {
  const { rows } = await own.db.pool.query('select code, label, advice, may_pass as "mayPass" from failure_labels order by code');
  const inCode = Object.entries(failureTexts).map(([code, text]) => ({ code, ...text }));
  expect(rows).toEqual(inCode.sort((a, b) => (a.code < b.code ? -1 : 1)));
});
