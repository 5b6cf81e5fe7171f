import { type KeyObject, sign } from 'node:crypto';
import type { Channel } from '#app/domain/channel.ts';
import type { ProviderEvent } from '#app/providers/provider-event.ts';
import type { Database } from '#db/database.ts';
import { draftCampaign } from './campaigns.ts';

/** A recipient with the attempt that its events are about. */
export interface Addressee {
  campaignId: number;
  recipientId: number;
  attemptId: number;
  address: string;
}

export async function addressees(db: Database, campaignId: number): Promise<Addressee[]> {
  const { rows } = await db.pool.query<Addressee>(
    `select campaign_id as "campaignId", id as "recipientId", attempt_id as "attemptId", address from recipients
     where campaign_id = $1 order by id`,
    [campaignId],
  );
  return rows;
}

/** A campaign that was sent to all of them, as far as the ledger knows; nothing went out. */
export async function sentCampaign(db: Database, addresses: string[], channel: Channel = 'email'): Promise<Addressee[]> {
  const id = await draftCampaign(db, { addresses, channel });
  await db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
  await db.pool.query(
    `update recipients set status = 'sent', sent_at = now(), attempts = 1, attempt_id = nextval('attempt_ids') where campaign_id = $1`,
    [id],
  );
  return addressees(db, id);
}

let next = 0;

/** An event in SendGrid's shape. */
export function sendGridJson(to: Addressee, event: string, more: Record<string, unknown> = {}) {
  next += 1;
  return {
    email: to.address,
    timestamp: 1_700_000_000 + next,
    event,
    sg_event_id: `event-${next}`,
    sg_message_id: 'message.filter0001',
    rollcall_campaign: String(to.campaignId),
    rollcall_recipient: String(to.recipientId),
    rollcall_attempt: String(to.attemptId),
    rollcall_round: '0',
    ...more,
  };
}

/** The headers with which SendGrid signs a body. */
export function sendGridHeaders(key: KeyObject, body: string | Uint8Array, timestamp = String(Math.floor(Date.now() / 1_000))) {
  const signature = sign('sha256', Buffer.concat([Buffer.from(timestamp), Buffer.from(body)]), key).toString('base64');
  return { 'x-twilio-email-event-webhook-timestamp': timestamp, 'x-twilio-email-event-webhook-signature': signature };
}

const sid = (n: number) => `SM${n.toString(16).padStart(32, '0')}`;

/** A status callback as it is read. */
export function smsEvent(
  to: Addressee,
  status: 'sent' | 'delivered' | 'undelivered' | 'failed',
  failure?: [string, string],
): ProviderEvent {
  const delivery = status === 'sent' ? null : status === 'delivered' ? 'delivered' : 'undelivered';
  return {
    provider: 'twilio',
    eventId: `${sid(to.attemptId)}:${status}`,
    campaignId: to.campaignId,
    recipientId: to.recipientId,
    attemptId: to.attemptId,
    kind: delivery ?? 'processed',
    delivery,
    occurredAtMs: null,
    code: null,
    failureCode: delivery === 'undelivered' ? (failure?.[0] ?? 'unreachable') : null,
    reason: delivery === 'undelivered' ? (failure?.[1] ?? 'The phone was off.') : null,
    address: to.address,
    suppress: null,
  };
}
