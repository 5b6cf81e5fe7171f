import { Text, Title } from '@mantine/core';
import classes from './reports.module.css';

const login = `create role ana_reports login password '...' in role reporting_reader;
alter role ana_reports set search_path = reporting;
alter role ana_reports set statement_timeout = '60s';`;

const connect = 'psql "postgresql://ana_reports@HOST:5432/rollcall"';

const question = `select name, sent, failed, recovered_by_retry, retry_until
from reporting.campaigns
where status in ('FAILED', 'PARTIALLY_SENT')
order by failed_at desc;`;

/** That there is more than this page, and the way there. */
export function SqlHint() {
  return (
    <section className={classes.hint} aria-labelledby="sql">
      <Title order={2} id="sql" className={classes.hintTitle}>
        Ask anything in SQL
      </Title>
      <Text size="sm" c="dimmed" maw={640}>
        The schema <code>reporting</code> has campaigns, recipients, attempts and their sums as views, with every column explained. Connect
        any BI tool or PostgreSQL client. The guide <code>docs/reporting.md</code> has the columns and ten questions with their answers.
      </Text>
      <details className={classes.howTo}>
        <summary>How to connect</summary>
        <ol>
          <li>
            An administrator of the database makes a login that can read the views and nothing else:
            <pre>{login}</pre>
          </li>
          <li>
            Connect with it:
            <pre>{connect}</pre>
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
