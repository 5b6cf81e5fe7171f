import { createHash, randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import type { Seals } from '#db/seals.ts';
import { inTransaction } from '#db/transaction.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import type { Viewer } from '../access/roles.ts';
import { parseInput } from '../parse-input.ts';
import { conflict, invalid, notFound } from '../problem.ts';
import type { EndpointJson } from './endpoint.ts';
import { type EndpointPatch, endpointPatch, type NewEndpoint, newEndpoint } from './endpoint-input.ts';
import { endpointUrlError } from './endpoint-url.ts';

type Row = Omit<EndpointJson, 'failing_since' | 'disabled_at' | 'created_at'> & {
  failing_since: Date | null;
  disabled_at: Date | null;
  created_at: Date;
};

/** What of the configuration decides which URLs are allowed. */
export interface UrlRules {
  webhookAllowPrivate: boolean;
}

const columns = 'id, url, events, failure_threshold, min_unreached, failing_since, disabled_at, disabled_reason, created_at, created_by';
const MOST_ENDPOINTS = 50;

/** 32 random bytes, as Standard Webhooks writes secrets. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

function toJson(row: Row): EndpointJson {
  return {
    ...row,
    failing_since: row.failing_since?.toISOString() ?? null,
    disabled_at: row.disabled_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}

function assertUrl(url: string, rules: UrlRules): void {
  const error = endpointUrlError(url, rules.webhookAllowPrivate);
  if (error) throw invalid([{ path: 'url', message: error }]);
}

/** Newest first; there are at most 50. */
export async function listEndpoints(db: Database): Promise<EndpointJson[]> {
  ask('settings:write');
  const { rows } = await db.pool.query<Row>(`select ${columns} from webhook_endpoints order by id desc`);
  return rows.map(toJson);
}

/** @throws Problem 404 */
export async function getEndpoint(db: Database, id: number): Promise<EndpointJson> {
  ask('settings:write');
  const { rows } = await db.pool.query<Row>(`select ${columns} from webhook_endpoints where id = $1`, [id]);
  if (!rows[0]) throw notFound('There is no webhook endpoint');
  return toJson(rows[0]);
}

/** The answer is the only place where the secret ever stands. @throws Problem 422, 409 where there are 50 already */
export async function createEndpoint(
  db: Database,
  viewer: Pick<Viewer, 'label'>,
  input: NewEndpoint,
  rules: UrlRules,
): Promise<EndpointJson & { secret: string }> {
  ask('settings:write');
  const { url, events, failure_threshold = 1, min_unreached = 1 } = parseInput(newEndpoint, input);
  assertUrl(url, rules);
  const secret = newSecret();
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<Row>(
      `insert into webhook_endpoints (url, secret, events, failure_threshold, min_unreached, created_by)
     select $1, '', $2, $3, $4, $5 where (select count(*) from webhook_endpoints) < $6
     returning ${columns}`,
      [new URL(url).href, events, failure_threshold, min_unreached, viewer.label, MOST_ENDPOINTS],
    );
    if (!rows[0]) throw conflict(`There are ${MOST_ENDPOINTS} endpoints already. Remove one that is no longer needed.`);
    // It is bound to the row's id, which is known now.
    await client.query('update webhook_endpoints set secret = $2 where id = $1', [
      rows[0].id,
      db.seals.seal(secret, secretPlace(rows[0].id)),
    ]);
    await audit(client, { action: 'webhook.create', object: objectOf(rows[0]), after: audited(rows[0]) });
    return { ...toJson(rows[0]), secret };
  });
}

/** @throws Problem 404, 422 */
export async function updateEndpoint(db: Database, id: number, input: EndpointPatch, rules: UrlRules): Promise<EndpointJson> {
  ask('settings:write');
  const { url, events, failure_threshold, min_unreached, enabled } = parseInput(endpointPatch, input);
  if (url !== undefined) assertUrl(url, rules);
  return inTransaction(db.pool, async (client) => {
    const { rows: former } = await client.query<Row>(`select ${columns} from webhook_endpoints where id = $1 for update`, [id]);
    const { rows } = await client.query<Row>(
      `update webhook_endpoints set
       url = coalesce($2, url), events = coalesce($3, events), failure_threshold = coalesce($4, failure_threshold),
       min_unreached = coalesce($5, min_unreached),
       disabled_at = case when $6 then null when $6 is null then disabled_at else coalesce(disabled_at, now()) end,
       disabled_reason = case when $6 then null when $6 is null then disabled_reason
         else coalesce(disabled_reason, 'Switched off by an administrator.') end,
       failing_since = case when $6 or $2 <> url then null else failing_since end
     where id = $1 returning ${columns}`,
      [id, url === undefined ? null : new URL(url).href, events ?? null, failure_threshold ?? null, min_unreached ?? null, enabled ?? null],
    );
    if (!rows[0] || !former[0]) throw notFound('There is no webhook endpoint');
    await audit(client, { action: 'webhook.change', object: objectOf(rows[0]), before: audited(former[0]), after: audited(rows[0]) });
    return toJson(rows[0]);
  });
}

/** What an endpoint's secrets are bound to. */
export const secretPlace = (id: number): string => `webhook_endpoints ${id}`;

/** Beside the current one. Whoever makes a new secret twice within a day, since the first was not written down, loses no alert either. */
const MOST_FORMER = 2;

/**
 * A new secret. The former one signs beside it for 24 hours, so that a receiver can change without losing an alert; where it was new itself, the
 * one before it does, too.
 *
 * @throws Problem 404
 */
export async function rotateSecret(db: Database, id: number): Promise<EndpointJson & { secret: string }> {
  ask('settings:write');
  const secret = newSecret();
  return inTransaction(db.pool, async (client) => {
    const former = await currentSecrets(db, client, id);
    if (!former) throw notFound('There is no webhook endpoint');
    const { rows } = await client.query<Row>(
      `update webhook_endpoints set former_secret = $3, former_secret_until = now() + interval '24 hours', secret = $2
     where id = $1 returning ${columns}`,
      [id, db.seals.seal(secret, secretPlace(id)), db.seals.seal(former.slice(0, MOST_FORMER).join(' '), secretPlace(id))],
    );
    const row = rows[0] as Row;
    await audit(client, { action: 'webhook.rotate', object: objectOf(row) });
    return { ...toJson(row), secret };
  });
}

/** Those that sign, the newest first; the endpoint is locked. Null where there is none. */
async function currentSecrets({ seals }: Database, client: PoolClient, id: number): Promise<string[] | null> {
  const { rows } = await client.query<{ secret: string; former: string | null }>(
    `select secret, case when former_secret_until > now() then former_secret end as former from webhook_endpoints where id = $1 for update`,
    [id],
  );
  return rows[0] ? openSecrets(seals, id, rows[0]) : null;
}

/** @param former those before it, with blanks between them. @throws SealProblem */
export function openSecrets(seals: Seals, id: number, { secret, former }: { secret: string; former: string | null }): string[] {
  return [secret, ...(former === null ? [] : [former])].flatMap((stored) => seals.open(stored, secretPlace(id)).split(' '));
}

/** With all its deliveries. @throws Problem 404 */
export async function deleteEndpoint(db: Database, id: number): Promise<void> {
  ask('settings:write');
  await inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<Row>(`delete from webhook_endpoints where id = $1 returning ${columns}`, [id]);
    if (!rows[0]) throw notFound('There is no webhook endpoint');
    await audit(client, { action: 'webhook.delete', object: objectOf(rows[0]), before: audited(rows[0]) });
  });
}

/** What comes after the host may be a secret, as with hooks of chats: only whether it is another one is told. */
function auditedUrl(url: string): string {
  return `${new URL(url).origin}/… (${createHash('sha256').update(url).digest('hex').slice(0, 8)})`;
}

const objectOf = ({ id, url }: Pick<Row, 'id' | 'url'>) => ({ type: 'webhook', id, name: new URL(url).host });

const audited = ({ url, events, failure_threshold, min_unreached, disabled_at }: Row) => ({
  url: auditedUrl(url),
  ...{ events, failure_threshold, min_unreached, enabled: disabled_at === null },
});
