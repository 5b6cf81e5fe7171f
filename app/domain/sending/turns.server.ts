import type { Pool } from 'pg';
import { addChunkTurn, addSendTurn } from '#db/jobs.ts';
import type { Channel } from '../channel.ts';

/** Which of a campaign's chunk jobs, and the slots of the shared rate that it has taken for its next turn. */
export interface ChunkKey {
  campaign_id: number;
  place: number;
  slots?: number | undefined;
}

/** A chunk comes again in so many ms. */
export async function chunkAgain(pool: Pool, channel: Channel, key: ChunkKey, inMs: number): Promise<void> {
  const name = `chunk:${key.campaign_id}:${key.place}`;
  await pool.query(`select ${addChunkTurn}`, [`send_${channel}_chunk`, JSON.stringify(key), name, inMs]);
}

/** A send job comes again when the slot of the shared rate has come that it has taken. @param left runs that it still has */
export async function sendAtSlot(pool: Pool, channel: Channel, payload: object, left: number, inMs: number): Promise<void> {
  await pool.query(`select ${addSendTurn}`, [`send_${channel}`, JSON.stringify({ ...payload, slot: true }), left, inMs]);
}
