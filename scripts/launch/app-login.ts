import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** Who web and worker are in the embedded database. */
const APP_USER = 'rollcall_app';

/** What the database writes by itself, or migrations do: read, and nothing else. */
const READ_ONLY = ['audit_head', 'audit_anchor', 'schema_migrations', 'schema_definitions', 'graphile_worker.migrations'];

/**
 * The way into the embedded database for web and worker.
 *
 * @param ownerUrl of the superuser, to whom everything belongs
 * @returns with a password that is made anew at each start, and written down nowhere
 */
export function appUrl(ownerUrl: string): string {
  const url = new URL(ownerUrl);
  url.username = APP_USER;
  url.password = randomBytes(24).toString('base64url');
  return url.href;
}

/**
 * Makes that login, or the one that is there into it, once the schema is the newest. It reads and writes rows, and owns nothing: no table or trigger of
 * ours can be changed by it, and in the audit log it can only add. Graphile Worker guards its tables by row security without a policy, which
 * is for their owner: the login passes it.
 */
export async function keepAppLogin(ownerUrl: string, url: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'rollcall supervisor' });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [APP_USER]);
    const password = client.escapeLiteral(decodeURIComponent(new URL(url).password));
    await client.query(`
      begin;
      ${rowCount ? 'alter' : 'create'} role ${APP_USER} login nosuperuser nocreatedb nocreaterole noreplication bypassrls password ${password};
      grant usage on schema public, graphile_worker to ${APP_USER};
      grant select, insert, update, delete on all tables in schema public, graphile_worker to ${APP_USER};
      grant usage, select, update on all sequences in schema public, graphile_worker to ${APP_USER};
      grant execute on all functions in schema public, graphile_worker to ${APP_USER};
      revoke insert, update, delete on ${READ_ONLY.join(', ')} from ${APP_USER};
      revoke update, delete on audit_log from ${APP_USER};
      grant reporting_reader to ${APP_USER};
      commit`);
  } finally {
    await client.end();
  }
}
