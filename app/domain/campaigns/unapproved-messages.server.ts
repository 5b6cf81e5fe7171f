import type { PoolClient } from 'pg';
import type { Viewer } from '../access/roles.ts';
import { Problem } from '../problem.ts';

/** So many a day and person, where campaigns wait for somebody else: a message goes to many by no other way either. */
const MOST = 20;

/**
 * Where campaigns wait for somebody else: one person, with all their keys, sends to few addresses a day that nobody else saw, by tests and by retries to
 * corrected addresses together. Both are counted by their rows in the audit log, which the caller writes in the same transaction: of several at once
 * the next one counts what the one before it did.
 *
 * @throws Problem 429
 */
export async function limitUnapproved(client: PoolClient, viewer: Pick<Viewer, 'id'>): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended('unapproved ' || person_of($1), 0))`, [viewer.id]);
  const { rows } = await client.query<{ sent: number }>(
    // never null: sent
    `select count(*)::integer as sent from audit_log
     where (action = 'campaign.test' or action = 'recipient.retry' and after ->> 'corrected_to' is not null) and outcome = 'done'
       and at > now() - interval '1 day' and person_of(actor_id) = person_of($1)
       and exists (select from approval_rule where more_than is not null or cardinality(roles) > 0)`,
    [viewer.id],
  );
  if ((rows[0]?.sent ?? 0) < MOST) return;
  const why = `Since campaigns wait for an approval here, one person sends ${MOST} messages a day as tests or to corrected addresses. Try again tomorrow.`;
  throw new Problem(429, 'rate_limited', why, { retryAfterS: 3_600 });
}
