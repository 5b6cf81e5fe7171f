import type { PoolClient } from 'pg';
import type { Actor } from '../access/actor.server.ts';

/** Of everything that goes out and to whom, as the campaign would leave under this sender. */
export async function hashOf(client: PoolClient, id: number, sender: string): Promise<string> {
  const { rows } = await client.query<{ hash: string }>(
    // never null: hash
    `select campaign_hash(jsonb_populate_record(c, jsonb_build_object('sender', $2::text))) as hash from campaigns c where id = $1`,
    [id, sender],
  );
  return rows[0]?.hash as string;
}

/** Takes back what was asked for or given, with the reason. The campaign is locked. */
export async function withdraw(client: PoolClient, id: number, why: 'taken_back' | 'rule', by: Actor): Promise<void> {
  await client.query(
    `update campaigns set approval = withdrawn(approval, $2, $3, person_of($4), null) where id = $1 and approval ->> 'state' in ('waiting', 'approved')`,
    [id, why, by.label, by.id ?? null],
  );
}

/** The time of a draft came before anybody had approved it. */
export async function withdrawLate(client: PoolClient, id: number, scheduledAt: string): Promise<void> {
  await client.query(
    `update campaigns set approval = withdrawn(approval, 'time', null, null, null)
     where id = $1 and status = 'DRAFT' and approval ->> 'state' = 'waiting' and approval ->> 'scheduled_at' = $2`,
    [id, scheduledAt],
  );
}

/** The time of a scheduled campaign came, and it may not go: why. It is a draft again by now, and locked. */
export async function withdrawMissed(client: PoolClient, id: number): Promise<void> {
  await client.query('update campaigns c set approval = withdrawn_missed(c) where id = $1', [id]);
}

/** Who scheduled campaign `c`, by name. */
export const SCHEDULED_BY = `select actor from campaign_events where campaign_id = c.id and kind = 'scheduled' order by id desc limit 1`;
