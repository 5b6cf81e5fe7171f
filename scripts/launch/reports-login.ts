import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { makeFolder } from '../../app/domain/make-folder.server.ts';
import { REPORTS_PASSWORD_FILE, REPORTS_USER } from '../../app/domain/reporting/connection.server.ts';

/** Makes the login with which BI tools read the embedded database's reporting views, with the password that DATA_DIR keeps. */
export async function keepReportsLogin(url: string, dataDir: string): Promise<void> {
  const file = join(dataDir, REPORTS_PASSWORD_FILE);
  makeFolder(dataDir);
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
  const password = readFileSync(file, 'utf8').trim();
  const client = new pg.Client({ connectionString: url, application_name: 'rollcall supervisor' });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [REPORTS_USER]);
    await client.query(
      `${rowCount ? 'alter' : 'create'} role ${REPORTS_USER} login connection limit 10 password ${client.escapeLiteral(password)}`,
    );
    await client.query(`grant reporting_reader to ${REPORTS_USER}`);
    // A query that runs for hours keeps old rows of the ledger from being cleared away.
    for (const setting of [`search_path = reporting`, `default_transaction_read_only = on`, `statement_timeout = '60s'`])
      await client.query(`alter role ${REPORTS_USER} set ${setting}`);
  } finally {
    await client.end();
  }
}
