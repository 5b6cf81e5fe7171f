import type { Pool } from 'pg';
import { addChunkTurn } from '#db/jobs.ts';
import type { Channel } from '../channel.ts';

/** Which of a campaign's chunk jobs, and the slots of the shared rate that it has taken for its next turn. */
export interface ChunkKey {
  campaign_id: number;
  place: number;
  slots?: number | undefined;
}

/**
 * In $4 ms; where it is a slot that is waited for ($6), at once if another rate has taken the slots back meanwhile. Whoever changes the rate locks the gate, too: they see the job that
 * is added here, or it sees what they did.
 */
const runAt = `least(clock_timestamp() + $4 * interval '1 millisecond', case when $6::boolean then greatest(slot_at, clock_timestamp()) end)`;
const gate = '(select slot_at from provider_gates where channel = $5 for share) gate';

/** A chunk comes again in so many ms. */
export async function chunkAgain(pool: Pool, channel: Channel, key: ChunkKey, inMs: number): Promise<void> {
  const name = `chunk:${key.campaign_id}:${key.place}`;
  await pool.query(`select ${addChunkTurn(runAt)} from ${gate}`, [
    `send_${channel}_chunk`,
    JSON.stringify(key),
    name,
    inMs,
    channel,
    key.slots !== undefined,
  ]);
}
