import type { Pool } from 'pg';
import { addJob } from '#db/jobs.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Channel } from '../channel.ts';
import { tellCampaigns } from './provider-gates.server.ts';

export interface GateRow {
  channel: Channel;
  rate: number | null;
  heldSince: Date | null;
  holdUntil: Date | null;
  holdReason: string | null;
}

export interface WorkerRow {
  id: number;
  host: string;
  pid: number;
  startedAt: Date;
}

export async function readLimits(pool: Pool): Promise<{ gates: GateRow[]; workers: WorkerRow[] }> {
  const [gates, workers] = await Promise.all([
    pool.query<GateRow>(
      `select channel, rate, held_since as "heldSince", hold_until as "holdUntil", hold_reason as "holdReason"
       from provider_gates order by channel`,
    ),
    pool.query<WorkerRow>(`select id, host, pid, started_at as "startedAt" from workers where ended_at is null order by id`),
  ]);
  return { gates: gates.rows, workers: workers.rows };
}

/**
 * Ends a hold's waiting: the provider is probed now. Its campaigns say so.
 *
 * @returns false where it is not held
 */
export async function requestProbeNow(pool: Pool, channel: Channel): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'update provider_gates set hold_until = least(hold_until, now()) where channel = $1 and hold_until is not null',
      [channel],
    );
    if (!rowCount) return false;
    await tellCampaigns(client, channel);
    await client.query(`select ${addJob('probe_provider', { channel: '$1::text' })}`, [channel]);
    return true;
  });
}
