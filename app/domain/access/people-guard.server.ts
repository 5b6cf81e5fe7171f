import type { PoolClient } from 'pg';
import { Problem } from '../problem.ts';
import { ask } from './ask.server.ts';
import { may, refusal, type Viewer } from './roles.ts';

/** @throws Problem 403 for who may not look after people, be it whom the act is said to be of or who came through the door */
export function assertRuns(viewer: Pick<Viewer, 'role'>): void {
  ask('settings:write');
  if (!may(viewer, 'settings:write')) throw new Problem(403, 'forbidden', refusal(viewer, 'settings:write'));
}

/** Acts on people follow one another until the transaction ends, so that two administrators cannot take each other's role away together. */
export async function oneAtATime(client: PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('rollcall people'))`);
}
