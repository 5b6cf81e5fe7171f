import type { Pool, PoolClient } from 'pg';
import { addJob, goOn as goOnSql } from '#db/jobs.ts';
import { stopCampaign } from '#db/ledger/campaign-life.ts';
import { offerProbe } from '#db/ledger/offer.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Channel } from '../channel.ts';

export interface Gate {
  held: boolean;
  /** Times that it was held in a row. */
  holdCount: number;
  /** Messages per second, where the settings say one; 0: stopped. */
  rate: number | null;
}

export async function readGate(pool: Pool, channel: Channel): Promise<Gate> {
  const { rows } = await pool.query<Gate>({
    name: 'read_gate',
    text: 'select hold_until is not null as held, hold_count as "holdCount", rate from provider_gates where channel = $1',
    values: [channel],
  });
  return rows[0] ?? { held: false, holdCount: 0, rate: null };
}

export interface Slots {
  count: number;
  /** s from now until the first of them; the others follow at 1/rate. */
  wait: number;
}

/**
 * Takes the next slots of a provider's shared rate, across all workers.
 *
 * @param rate messages per second
 * @param defaultRate where the settings say none
 * @param withinS only those that come so soon; null: all
 * @returns null: another rate holds by now
 */
export async function takeSlots(
  pool: Pool,
  channel: Channel,
  count: number,
  { rate, defaultRate, withinS }: { rate: number; defaultRate: number | undefined; withinS: number | null },
): Promise<Slots | null> {
  const { rows } = await pool.query<Slots>({
    name: 'take_slots',
    text: `
      with gate as materialized (
        select channel, greatest(slot_at, clock_timestamp()) as first, clock_timestamp() as now from provider_gates
        where channel = $1 and coalesce(rate, $4::float8) = $3::float8 for no key update
      ),
      taken as (
        select channel, first, extract(epoch from first - now)::float8 as wait,
          least($2::integer, greatest(0, coalesce(floor(($5::float8 - extract(epoch from first - now)) * $3::float8) + 1, $2)))::integer as count
        from gate
      )
      update provider_gates g set slot_at = taken.first + taken.count / $3::float8 * interval '1 second'
      from taken where g.channel = taken.channel
      returning taken.count, taken.wait`,
    values: [channel, count, rate, defaultRate, withinS],
  });
  return rows[0] ?? null;
}

/**
 * Holds a provider for all workers: claims put their recipients back, nobody's attempts are burnt, and single probes find out when it is
 * well again. Campaigns say so. A hold that lasts longer than `longestS` ends its campaigns with the reason instead.
 *
 * @returns false where it is held already
 */
export async function holdProvider(
  pool: Pool,
  channel: Channel,
  { seconds, reason, longestS, renew }: { seconds: number; reason: string; longestS: number; renew: boolean },
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ hold_until: Date; held_s: number }>(
      // never null: hold_until

      `update provider_gates set held_since = coalesce(held_since, now()), hold_until = now() + $2 * interval '1 second', hold_reason = $3,
         hold_count = hold_count + 1
       where channel = $1 and (hold_until is null or $4)
       returning hold_until, extract(epoch from now() - held_since)::float8 as held_s`,
      [channel, seconds, reason, renew],
    );
    const gate = rows[0];
    if (!gate) return false;
    if (gate.held_s > longestS) {
      for (const id of await sendingCampaigns(client, channel)) {
        await stopCampaign(client, id, 'provider_unavailable', `${reason} It did not come back in time. Retry when it is well again.`);
      }
      await release(client, channel);
      return true;
    }
    await tellCampaigns(client, channel);
    await requestProbe(client, channel, gate.hold_until);
    return true;
  });
}

/** The provider is well again: campaigns go on where they were. */
export async function releaseProvider(pool: Pool, channel: Channel): Promise<boolean> {
  return inTransaction(pool, (client) => release(client, channel));
}

async function release(client: PoolClient, channel: Channel): Promise<boolean> {
  const { rowCount } = await client.query(
    `update provider_gates set held_since = null, hold_until = null, hold_reason = null, hold_count = 0
     where channel = $1 and hold_until is not null`,
    [channel],
  );
  if (!rowCount) return false;
  await tellCampaigns(client, channel);
  await goOn(client, channel);
  return true;
}

/** Lets every campaign of the channel say why it waits and until when, or that it does not. */
export async function tellCampaigns(client: Pool | PoolClient, channel: Channel): Promise<void> {
  await client.query('select tell_campaigns($1)', [channel]);
}

/** Another rate holds: whoever waits for a slot of the one before comes now, and takes one of this. */
async function bringForward(client: PoolClient, channel: Channel): Promise<void> {
  await client.query(
    `update graphile_worker._private_jobs j set run_at = now(), payload = (j.payload::jsonb - 'slots')::json
     from graphile_worker._private_tasks t
     where t.id = j.task_id and t.identifier = 'send_' || $1 || '_chunk' and j.locked_at is null and j.payload::jsonb ? 'slots'`,
    [channel],
  );
}

async function goOn(client: PoolClient, channel: Channel): Promise<void> {
  await client.query(`select ${goOnSql('id')} from campaigns where channel = $1 and status = 'SENDING'`, [channel]);
}

/**
 * Changes the shared rate, at once. Slots that a slower rate gave away beyond now are taken back. At 0 nothing is claimed any more, not
 * even a probe: the campaigns say so, and go on when there is another rate.
 *
 * @param rate messages per second; null: as the environment says
 * @param also what belongs to it, in the same transaction
 */
export async function setRate(
  pool: Pool,
  channel: Channel,
  rate: number | null,
  also: (client: PoolClient, former: number | null) => Promise<void> = async () => {},
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ rate: number | null }>('select rate from provider_gates where channel = $1 for no key update', [
      channel,
    ]);
    await client.query('update provider_gates set rate = $2, slot_at = least(slot_at, now()) where channel = $1', [channel, rate]);
    await tellCampaigns(client, channel);
    await bringForward(client, channel);
    // After a stop; and at a higher rate, more workers take part.
    if (rate !== 0) await goOn(client, channel);
    await also(client, rows[0]?.rate ?? null);
  });
}

async function sendingCampaigns(client: PoolClient, channel: Channel): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    `select id from campaigns where channel = $1 and status = 'SENDING' order by id for no key update`,
    [channel],
  );
  return rows.map(({ id }) => id);
}

/** A probe came to nothing before anybody was called: another goes out at once. */
export async function probeAgain(pool: Pool, channel: Channel): Promise<void> {
  await requestProbe(pool, channel, new Date());
}

async function requestProbe(client: Pool | PoolClient, channel: Channel, at: Date): Promise<void> {
  await client.query(`select ${addJob('probe_provider', { channel: '$1::text' }, { runAt: '$2' })}`, [channel, at]);
}

/** A probe that was lost (with its worker, say) is followed by another after this time. */
const PROBE_LOST_S = 30;

/**
 * Sends one message through a held provider, of a campaign that waits for it. With nobody waiting there is nothing to hold.
 *
 * @returns whether a probe is on its way
 */
export async function probeProvider(pool: Pool, channel: Channel): Promise<boolean> {
  const probing = await inTransaction(pool, async (client) => {
    if (!(await offerProbe(client, channel))) return false;
    await requestProbe(client, channel, new Date(Date.now() + PROBE_LOST_S * 1_000));
    return true;
  });
  if (probing) return true;
  // Nobody waited; but somebody who is on the way, as a probe most likely, is still to tell, or has just come back to wait.
  const { rows } = await pool.query<{ due: boolean; asked: boolean }>(
    `select hold_until <= now() as due,
       exists (select from campaigns c where c.channel = $1 and c.status = 'SENDING'
         and (c.queued + c.sending > 0 or (c.pending > 0 and campaign_sends(c) and rate is distinct from 0))) as asked
     from provider_gates where channel = $1`,
    [channel],
  );
  if (rows[0]?.due && rows[0].asked) await requestProbe(pool, channel, new Date(Date.now() + PROBE_LOST_S * 1_000));
  else if (rows[0]?.due) await releaseProvider(pool, channel);
  return false;
}
