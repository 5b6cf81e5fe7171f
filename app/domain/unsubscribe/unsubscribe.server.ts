import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Channel } from '../channel.ts';
import { linkAddress, recordUnsubscribe } from '../suppressions/suppress.server.ts';
import { readUnsubscribeToken, type UnsubscribeLink, unsubscribeSecret } from './unsubscribe-link.server.ts';

/** What the unsubscribe page may show to whoever has the link. */
export interface Subscription extends UnsubscribeLink {
  channel: Channel;
  /** "News of Example <news@example.com>", or a number. */
  sender: string | null;
  /** Enough to recognise one's own address or number by. */
  masked: string;
  /** On the list already? */
  suppressed: boolean;
}

/** Whose link this is; null for one that is broken or was not made here. */
export async function findSubscription(db: Database, token: string): Promise<Subscription | null> {
  const link = readUnsubscribeToken(await unsubscribeSecret(db), token);
  if (!link) return null;
  const { rows } = await db.pool.query<{ channel: Channel; sender: string | null; address: string; suppressed: boolean }>(
    `select c.channel, c.sender, meant.address, s.id is not null as suppressed
     from recipients r join campaigns c on c.id = r.campaign_id
     cross join lateral (select ${linkAddress('$3')} as address) as meant
     left join suppressions s on s.channel = c.channel and s.address = meant.address
     where r.campaign_id = $1 and r.id = $2`,
    [link.campaignId, link.recipientId, link.round ?? 0],
  );
  if (!rows[0]) return null;
  const { address, ...row } = rows[0];
  return { ...link, ...row, masked: masked(address, row.channel) };
}

/** Ends all campaigns of the channel for the address that the message was sent to; once or many times is the same. */
export async function unsubscribe(db: Database, link: UnsubscribeLink): Promise<void> {
  await inTransaction(db.pool, (client) => recordUnsubscribe(client, link));
}

function masked(address: string, channel: Channel): string {
  if (channel === 'sms') return `${address.slice(0, 3)}•••${address.slice(-2)}`;
  const at = address.lastIndexOf('@');
  return `${address.slice(0, 1)}•••${address.slice(at)}`;
}
