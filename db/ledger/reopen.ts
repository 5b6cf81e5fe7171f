import type { PoolClient } from 'pg';
import { addSendJobs } from '../jobs.ts';
import { becomes } from './becomes.ts';

const reopened = becomes(
  'reopen',
  { sql: `case when c.status = 'PAUSED' or c.doing = 'stopping' then given_back(c.status, c.doing) else 'queued' end` },
  {
    address: 'coalesce($4, r.address)',
    dispatch_seq: 'r.dispatch_seq + 1',
    retried_by: '$3',
    // Events that still come about another address, or about the message that came back, are no evidence for the new attempt.
    attempt_id: `case when r.address = coalesce($4, r.address) and r.status <> 'sent' then r.attempt_id else nextval('attempt_ids') end`,
  },
);

/**
 * A person sends to these again, in a new round with a fresh budget: queued at once, or pending while the campaign is paused or stopping. What the rounds so
 * far were sent to is kept. An ended campaign is opened by the trigger, for them alone: recipients that were never tried stay pending, and it ends
 * again when and how it had ended, but for these.
 *
 * @param ids recipients that the transaction has locked
 * @param address of one, corrected
 * @throws DatabaseError `one_row_per_address` where the corrected address is a recipient already
 */
export async function reopenRecipients(
  client: PoolClient,
  campaignId: number,
  ids: readonly number[],
  { by, address = null }: { by: string; address?: string | null },
): Promise<void> {
  await client.query(`select set_config('rollcall.reopen', 'yes', true)`);
  await client.query(
    `with former as (
       insert into former_addresses (recipient_id, round, campaign_id, address)
       select id, round, campaign_id, address from recipients where campaign_id = $1 and id = any($2::bigint[]) and address <> $4
     )
     update recipients r set ${reopened}
     from campaigns c where c.id = $1 and r.campaign_id = $1 and r.id = any($2::bigint[])`,
    [campaignId, ids, by, address],
  );
  await client.query(
    `select ${addSendJobs('c.channel', { alias: 'r' })}
     from recipients r join campaigns c on c.id = r.campaign_id
     where r.campaign_id = $1 and r.id = any($2::bigint[]) and r.status = 'queued' having count(*) > 0`,
    [campaignId, ids],
  );
}

/** A campaign that was just cancelled is open for nobody until it is done with the others: they would be sent to after all. */
export async function isBeingCancelled(client: PoolClient, campaignId: number): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from campaigns c where id = $1 and status = 'CANCELLED' and (campaign_is_moving(c) or unknown > held)`,
    [campaignId],
  );
  return Boolean(rowCount);
}
