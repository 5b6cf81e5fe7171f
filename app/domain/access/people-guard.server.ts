import type { PoolClient } from 'pg';
import { Problem } from '../problem.ts';
import { ask } from './ask.server.ts';
import { may, refusal, type Viewer } from './roles.ts';

/** @throws Problem 403 for who may not look after people, be it whom the act is said to be of or who came through the door */
export function assertRuns(viewer: Pick<Viewer, 'role'>): void {
  ask('settings:write');
  if (!may(viewer, 'settings:write')) throw new Problem(403, 'forbidden', refusal(viewer, 'settings:write'));
}

/** Of two administrators who act on each other at once, the second is none any more. Asked behind `oneAtATime`. @throws Problem 403 */
export async function assertRunsStill(client: PoolClient, viewer: Pick<Viewer, 'id'>): Promise<void> {
  const { rowCount } = await client.query(`select from app_users where id::text = $1 and role = 'admin' and banned is not true`, [
    viewer.id,
  ]);
  if (!rowCount) throw new Problem(403, 'forbidden', 'You are no administrator any more. Ask somebody who is.');
}

/** Acts on people follow one another until the transaction ends, so that two administrators cannot take each other's role away together. */
export async function oneAtATime(client: PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('rollcall people'))`);
}
