import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import type { Viewer } from '../access/roles.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { parseInput } from '../parse-input.ts';
import { notFound } from '../problem.ts';
import { createAlertSender } from './alert-sender.server.ts';
import { deliverNow } from './deliver-alert.server.ts';
import type { DeliveryAttemptJson, DeliveryJson } from './endpoint.ts';
import { type DeliveryFilter, deliveryFilter } from './endpoint-input.ts';
import { getEndpoint, type UrlRules } from './endpoints.server.ts';
import { samplePayload } from './sample-payload.ts';

type Row = Omit<DeliveryJson, 'created_at' | 'next_attempt_at' | 'payload' | 'attempts'> & {
  created_at: Date;
  next_attempt_at: Date | null;
  body: string;
  attempts: DeliveryAttemptJson[];
};

const select = `
  select d.id, d.type, d.campaign_id, d.message_id, d.status, d.created_at, d.next_attempt_at, d.body, log.attempts
  from webhook_deliveries d
  cross join lateral (
    select coalesce(json_agg(json_build_object('at', at, 'latency_ms', latency_ms, 'status', status, 'response', response, 'error', error,
      'actor', actor) order by id), '[]') as attempts
    from webhook_attempts where delivery_id = d.id
  ) log`;

function toJson({ body, ...row }: Row): DeliveryJson {
  return {
    ...row,
    created_at: row.created_at.toISOString(),
    next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
    payload: JSON.parse(body),
    attempts: row.attempts.map((attempt) => ({ ...attempt, at: new Date(attempt.at).toISOString() })),
  };
}

/** A page of an endpoint's deliveries, newest first. @throws Problem 404, 422 */
export async function listDeliveries(
  db: Database,
  endpointId: number,
  filter: DeliveryFilter = {},
): Promise<{ data: DeliveryJson[]; next_cursor: string | null }> {
  ask('settings:write');
  const { cursor, limit = 50 } = parseInput(deliveryFilter, filter);
  await getEndpoint(db, endpointId);
  const { rows } = await db.pool.query<Row>(
    `${select} where d.endpoint_id = $1 and ($2::bigint is null or d.id < $2) order by d.id desc limit $3`,
    [endpointId, cursor ? fromCursor(cursor, 'number') : null, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { data: page.map(toJson), next_cursor: rows.length > limit && last ? toCursor(last.id) : null };
}

/** @throws Problem 404 */
async function getDelivery(db: Database, endpointId: number, id: number): Promise<DeliveryJson> {
  const { rows } = await db.pool.query<Row>(`${select} where d.endpoint_id = $1 and d.id = $2`, [endpointId, id]);
  if (!rows[0]) throw notFound('There is no delivery');
  return toJson(rows[0]);
}

/** Posts a made-up alert at once and answers with what the receiver said. Works for disabled endpoints too. @throws Problem 404 */
export async function testEndpoint(
  db: Database,
  viewer: Pick<Viewer, 'label'>,
  endpointId: number,
  rules: UrlRules,
): Promise<DeliveryJson> {
  ask('settings:write');
  const { url } = await getEndpoint(db, endpointId);
  await audit(db.pool, { action: 'webhook.test', object: { type: 'webhook', id: endpointId, name: new URL(url).host } });
  const { rows } = await db.pool.query<{ id: number }>(
    `insert into webhook_deliveries (endpoint_id, type, body, status) values ($1, 'webhook.test', $2, 'failed') returning id`,
    [endpointId, JSON.stringify(samplePayload(Date.now()))],
  );
  return tryNow(db, viewer, endpointId, rows[0]?.id as number, rules);
}

/** Posts a delivery once more, at once, under the same webhook-id, and answers with what the receiver said. @throws Problem 404 */
export async function resendDelivery(
  db: Database,
  viewer: Pick<Viewer, 'label'>,
  endpointId: number,
  id: number,
  rules: UrlRules,
): Promise<DeliveryJson> {
  ask('settings:write');
  const { type } = await getDelivery(db, endpointId, id);
  await audit(db.pool, { action: 'webhook.resend', object: { type: 'webhook', id: endpointId }, after: { delivery: id, type } });
  return tryNow(db, viewer, endpointId, id, rules);
}

async function tryNow(db: Database, viewer: Pick<Viewer, 'label'>, endpointId: number, id: number, rules: UrlRules): Promise<DeliveryJson> {
  const sender = createAlertSender(rules);
  try {
    await deliverNow(db, sender, id, viewer.label);
  } finally {
    await sender.close();
  }
  return getDelivery(db, endpointId, id);
}
