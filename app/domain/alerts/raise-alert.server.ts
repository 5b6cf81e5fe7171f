import type { Pool, PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { retryWindowS } from '../campaigns/retry-window.server.ts';
import type { AlertEvent, AlertPayload, DegradedProvider, InternalAlert } from './alert.ts';
import { campaignOfSnapshot } from './campaign-snapshot.ts';
import { expandAlert } from './expand-alert.server.ts';

/** Alerts and their deliveries are forgotten after so many days. */
const KEPT_DAYS = 90;

/** The alerts that code raises; those about campaigns are raised by the database itself, with the campaign's end. */
export type RaisedAlert =
  | { type: 'provider.degraded'; provider: DegradedProvider }
  | { type: InternalAlert; endpoint: { id: number; host: string; reason: string } };

/**
 * Raises an alert: a notification in the product and, for `provider.degraded`, webhooks. On a client in a transaction it is raised with
 * that transaction or not at all.
 *
 * @param key names the occasion; a second alert with the same key is not raised ("provider sendgrid since 2026-01-01T10:00:00Z")
 * @returns was it raised now?
 */
export async function raiseAlert(client: Pool | PoolClient, key: string, { type, ...data }: RaisedAlert): Promise<boolean> {
  const { rowCount } = await client.query('insert into alerts (key, type, data) values ($1, $2, $3) on conflict (key) do nothing', [
    key,
    type,
    JSON.stringify(data),
  ]);
  return rowCount === 1;
}

interface AlertRow {
  type: AlertEvent;
  at: Date;
  data: { campaign?: Record<string, unknown>; provider?: DegradedProvider };
}

/** The task behind every alert: hands it to the endpoints that want it. Does nothing where the alert is gone. */
export async function tellEndpoints(db: Database, alertId: number): Promise<void> {
  const { rows } = await db.pool.query<AlertRow>('select type, at, data from alerts where id = $1', [alertId]);
  const alert = rows[0];
  if (!alert) return;
  const { campaign, provider } = alert.data;
  const payload: AlertPayload = {
    type: alert.type,
    timestamp: alert.at.toISOString(),
    data: { campaign: campaign ? campaignOfSnapshot(campaign, retryWindowS()) : null, ...(provider && { provider }) },
  };
  await expandAlert(db.pool, alertId, JSON.stringify(payload));
  await forgetOldAlerts(db);
}

async function forgetOldAlerts(db: Database): Promise<void> {
  await db.pool.query(`delete from alerts where at < now() - $1 * interval '1 day'`, [KEPT_DAYS]);
  await db.pool.query(`delete from webhook_deliveries where alert_id is null and created_at < now() - $1 * interval '1 day'`, [KEPT_DAYS]);
}
