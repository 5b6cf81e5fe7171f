import { type KeyObject, sign } from 'node:crypto';
import type { Pool } from 'pg';
import { openDatabase } from '#db/database.ts';
import { median } from '../stage/figures.ts';
import { addOldCampaigns } from '../stage/old-campaigns.ts';
import { timeCopy } from './copy.ts';
import type { BenchContext, Figure } from './figure.ts';

const BATCH = 1_000;
/** Requests under way at once. */
const AT_ONCE = 4;
const WARM_UP = 5;

export interface EventsContext extends BenchContext {
  /** What signs the events: the pair of the SENDGRID_WEBHOOK_PUBLIC_KEY that the web process has. */
  webhookKey: KeyObject;
}

/**
 * `size` events of SendGrid (a multiple of 1,000), each the delivery of another recipient, in signed requests of 1,000: from request to
 * answer, in events/s. Each is logged, and its recipient, counters and watchers are brought up to date. Beside it COPY of the same rows
 * into a table that is the log but for its trigger, and into one without any index.
 */
export async function events({ url, databaseUrl, size, webhookKey }: EventsContext): Promise<Figure[]> {
  const db = openDatabase(databaseUrl);
  try {
    const [campaign] = (await addOldCampaigns(db.pool, { campaigns: 1, recipients: Math.ceil((size + WARM_UP * BATCH) / 38) * 40 })) as [
      number,
    ];
    const bodies = await deliveries(db.pool, campaign, size + WARM_UP * BATCH);
    const post = async (body: string) => {
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const signature = sign('sha256', Buffer.from(timestamp + body), webhookKey).toString('base64');
      const answer = await fetch(`${url}/webhooks/sendgrid`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-twilio-email-event-webhook-timestamp': timestamp,
          'x-twilio-email-event-webhook-signature': signature,
        },
        body,
      });
      const report = (await answer.json()) as { recorded?: number };
      if (report.recorded !== BATCH) throw new Error(`The events were answered ${answer.status}: ${JSON.stringify(report)}`);
    };
    for (const body of bodies.splice(0, WARM_UP)) await post(body);

    const took: number[] = [];
    const began = performance.now();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
          const at = performance.now();
          await post(body);
          took.push(performance.now() - at);
        }
      }),
    );
    const ours = (size * 1_000) / (performance.now() - began);

    const lines = await logged(db.pool, campaign, size);
    const format = `(${columns}) from stdin`;
    const log = await timeCopy(db.pool, 'like provider_events including all', format, lines);
    const plain = await timeCopy(db.pool, 'like provider_events', format, lines);
    return [
      { name: 'events, against COPY into the same table', ours, limit: (size * 1_000) / log, unit: 'events/s' },
      { name: 'events, against COPY into a plain table', ours, limit: (size * 1_000) / plain, unit: 'events/s' },
      { name: `a request of ${BATCH} events, ${AT_ONCE} at once`, ours: median(took), limit: 0, unit: 'ms' },
    ];
  } finally {
    await db.pool.end();
  }
}

/** Bodies as SendGrid posts them. */
async function deliveries(pool: Pool, campaign: number, count: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: number; attempt_id: number; address: string }>(
    `select id, attempt_id, address from recipients where campaign_id = $1 and status = 'sent' order by id limit $2`,
    [campaign, count],
  );
  const timestamp = Math.floor(Date.now() / 1_000);
  const all = rows.map(({ id, attempt_id, address }) => ({
    email: address,
    timestamp,
    event: 'delivered',
    response: '250 OK',
    sg_event_id: `bench-${campaign}-${id}`,
    sg_message_id: `message-${id}.filter0001`,
    rollcall_campaign: String(campaign),
    rollcall_recipient: String(id),
    rollcall_attempt: String(attempt_id),
  }));
  return Array.from({ length: all.length / BATCH }, (_, i) => JSON.stringify(all.slice(i * BATCH, (i + 1) * BATCH)));
}

const columns = 'id, provider, event_id, campaign_id, recipient_id, attempt_id, kind, delivery, occurred_at, received_at, reason';

/** The rows of the log in COPY's text format. */
async function logged(pool: Pool, campaign: number, size: number): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `select concat_ws(E'\\t', ${columns}) || E'\\n' as line from provider_events where campaign_id = $1 order by id limit $2`,
    [campaign, size],
  );
  // In pieces, so that the stream costs no more than the rows.
  return Array.from({ length: rows.length / BATCH }, (_, i) =>
    rows
      .slice(i * BATCH, (i + 1) * BATCH)
      .map(({ line }) => line)
      .join(''),
  );
}
