import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import type { AlertSender, Posted } from './alert-sender.server.ts';
import type { DeliveryStatus } from './endpoint.ts';
import { openSecrets } from './endpoints.server.ts';
import { raiseAlert } from './raise-alert.server.ts';

/** An endpoint at which every delivery has failed for so many days is switched off. */
const PATIENCE_DAYS = 3;

/** Tells Graphile to run the job again, with its own delay; the delivery's log has the reason. */
class DeliverAgainLater extends Error {
  override name = 'DeliverAgainLater';
}

interface Target {
  id: number;
  endpoint_id: number;
  message_id: string;
  body: string;
  status: DeliveryStatus;
  url: string;
  secrets: string[];
  disabled: boolean;
}

/** Null where the delivery or its endpoint is gone. @throws SealProblem */
async function findTarget(db: Database, deliveryId: number): Promise<Target | null> {
  const { rows } = await db.pool.query<Omit<Target, 'secrets'> & { secret: string; former: string | null }>(
    `select d.id, d.endpoint_id, d.message_id, d.body, d.status, e.url, e.disabled_at is not null as disabled,
       e.secret, case when e.former_secret_until > now() then e.former_secret end as former
     from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id where d.id = $1`,
    [deliveryId],
  );
  if (!rows[0]) return null;
  const { secret, former, ...target } = rows[0];
  return { ...target, secrets: openSecrets(db.seals, target.endpoint_id, { secret, former }) };
}

/**
 * One run of a delivery's job. A crash after the receiver took the message repeats it under the same webhook-id.
 *
 * @param attempt the job's attempt, of `most`
 * @throws DeliverAgainLater where it failed and may be tried again
 */
export async function deliverAlert(db: Database, sender: AlertSender, deliveryId: number, attempt: number, most: number): Promise<void> {
  const target = await findTarget(db, deliveryId);
  if (target?.status !== 'pending') return;
  const off: Posted = { latencyMs: 0, status: null, response: null, error: 'The endpoint is switched off.' };
  const posted = target.disabled ? off : await sender.post({ ...target, messageId: target.message_id });
  const last = attempt >= most || target.disabled || posted.status === 410;
  await inTransaction(db.pool, async (client) => {
    await recordAttempt(client, target, posted, { last, attempt, actor: null });
    if (posted.error && !target.disabled) await noteFailure(client, target, posted, last);
  });
  if (posted.error && !last) throw new DeliverAgainLater(posted.error);
}

/** One try at once, in a person's name: a test, or a delivery once more. Its automatic tries, where any are left, go on as planned. */
export async function deliverNow(db: Database, sender: AlertSender, deliveryId: number, actor: string): Promise<void> {
  const target = await findTarget(db, deliveryId);
  if (!target) return;
  const posted = await sender.post({ ...target, messageId: target.message_id });
  await inTransaction(db.pool, (client) => recordAttempt(client, target, posted, { last: false, attempt: null, actor }));
}

interface Recording {
  last: boolean;
  /** The job's attempt; null for a person's try, which leaves a failed delivery's state alone. */
  attempt: number | null;
  actor: string | null;
}

async function recordAttempt(client: PoolClient, target: Target, posted: Posted, { last, attempt, actor }: Recording): Promise<void> {
  await client.query(
    'insert into webhook_attempts (delivery_id, latency_ms, status, response, error, actor) values ($1, $2, $3, $4, $5, $6)',
    [target.id, posted.latencyMs, posted.status, posted.response, posted.error, actor],
  );
  if (!posted.error) {
    await client.query(`update webhook_deliveries set status = 'delivered', next_attempt_at = null where id = $1`, [target.id]);
    await client.query('update webhook_endpoints set failing_since = null where id = $1 and failing_since is not null', [
      target.endpoint_id,
    ]);
  } else if (attempt !== null) {
    // Graphile's own delay after the nth attempt is e^n seconds.
    await client.query(
      `update webhook_deliveries set status = case when $2 then 'failed' else status end,
         next_attempt_at = case when $2 then null else now() + exp(least($3::integer, 10)) * interval '1 second' end
       where id = $1 and status = 'pending'`,
      [target.id, last, attempt],
    );
  }
}

async function noteFailure(client: PoolClient, target: Target, posted: Posted, last: boolean): Promise<void> {
  const gone = posted.status === 410;
  const reason = gone
    ? 'The receiver answered that it is gone (410).'
    : `Every delivery has failed for ${PATIENCE_DAYS} days. Last: ${posted.error}`;
  const { rows } = await client.query<{ failing_since: Date; disabled: boolean }>(
    // never null: failing_since

    `update webhook_endpoints set
       failing_since = coalesce(failing_since, now()),
       disabled_at = case when $2 or failing_since < now() - $3 * interval '1 day' then now() end,
       disabled_reason = case when $2 or failing_since < now() - $3 * interval '1 day' then $4 end
     where id = $1 and disabled_at is null
     returning failing_since, disabled_at is not null as disabled`,
    [target.endpoint_id, gone, PATIENCE_DAYS, reason],
  );
  if (!rows[0]) return;
  const { failing_since, disabled } = rows[0];
  const since = `endpoint ${target.endpoint_id} since ${failing_since.toISOString()}`;
  const endpoint = { id: target.endpoint_id, host: new URL(target.url).host };
  if (disabled) await raiseAlert(client, `${since} disabled`, { type: 'webhook.disabled', endpoint: { ...endpoint, reason } });
  else if (last)
    await raiseAlert(client, `${since} gave up`, { type: 'webhook.gave_up', endpoint: { ...endpoint, reason: posted.error ?? '' } });
}
