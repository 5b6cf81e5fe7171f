import { Text, Title } from '@mantine/core';
import type { Connection } from '#app/domain/reporting/connection.ts';
import classes from './reports.module.css';

const login = `create role ana_reports login password '...' in role reporting_reader connection limit 5;
alter role ana_reports set search_path = reporting;
alter role ana_reports set default_transaction_read_only = on;
alter role ana_reports set statement_timeout = '60s';`;

const question = `select name, sent, failed, recovered_by_retry, retry_until
from reporting.campaigns
where status in ('FAILED', 'PARTIALLY_SENT')
order by failed_at desc;`;

/** That there is more than this page, and the way there: whole for those who may know where the database is. */
export function SqlHint({ connection }: { connection: Connection | null }) {
  const user = connection?.user ?? 'ana_reports';
  const place = connection ? `${connection.host}:${connection.port}/${connection.database}` : 'HOST:5432/rollcall';
  return (
    <section className={classes.hint} aria-labelledby="sql">
      <Title order={2} id="sql" className={classes.hintTitle}>
        Connect a BI tool
      </Title>
      <Text size="sm" c="dimmed" maw={640}>
        Ask anything in SQL: the schema <code>reporting</code> has campaigns, recipients, attempts and their sums as views, with every
        column explained. The guide <code>docs/reporting.md</code> has the columns and ten questions with their answers.
      </Text>
      {connection && (
        <dl className={classes.connection}>
          <Fact name="Host" value={connection.host} />
          <Fact name="Port" value={connection.port} />
          <Fact name="Database" value={connection.database} />
          <Fact name="User" value={connection.user} other="one that you make, see below" />
          <Fact name="Password" value={connection.passwordFile} before="in the file " other="the one that you give it" />
        </dl>
      )}
      {connection?.user && (
        <Text size="sm" c="dimmed" maw={640} mt={8}>
          This database answers on the machine that Rollcall runs on only, and this user can read the views and nothing else.
        </Text>
      )}
      <details className={classes.howTo}>
        <summary>How to connect</summary>
        <ol>
          {!connection?.user && (
            <li>
              An administrator of the database makes a login that can read the views and nothing else:
              <pre>{login}</pre>
            </li>
          )}
          <li>
            Connect with it:
            <pre>{`psql "postgresql://${user}@${place}"`}</pre>
          </li>
          <li>
            Ask, for example, which campaigns failed and until when they can be retried:
            <pre>{question}</pre>
          </li>
        </ol>
      </details>
    </section>
  );
}

function Fact({ name, value, before, other }: { name: string; value: string | null; before?: string; other?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value === null ? (
          other
        ) : (
          <>
            {before}
            <code>{value}</code>
          </>
        )}
      </dd>
    </div>
  );
}
