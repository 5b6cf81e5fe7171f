import type { PoolClient } from 'pg';
import type { Viewer } from './roles.ts';

/** In whose name something is done. The id is missing only where nobody asks who it is. */
export type Actor = Pick<Viewer, 'label'> & Partial<Pick<Viewer, 'id'>>;

/** Whatever this transaction does is told in the actor's name; the database's own rules know by it which person it is. Null: Rollcall itself. */
export async function nameActor(client: PoolClient, actor: Actor | null | undefined): Promise<void> {
  await client.query(`select set_config('rollcall.actor', $1, true), set_config('rollcall.person', $2, true)`, [
    actor?.label ?? '',
    actor?.id ?? '',
  ]);
}
