import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { putReasons } from './suppress.server.ts';

/** A temporary table, gone with the transaction, filled with lines of COPY's text format: address, reason, note. */
export async function createStagedSuppressions(client: PoolClient, lines: AsyncIterable<Buffer>): Promise<void> {
  await client.query(`
    create temporary table staged_suppressions (address text collate "C" not null, reason suppression_reason not null, note text)
    on commit drop`);
  await pipeline(lines, client.query(copyFrom('copy staged_suppressions (address, reason, note) from stdin')));
  await client.query('analyze staged_suppressions');
}

/** Puts what is staged on the list; a reason that a file told before stays as it is. @returns how many reasons are new */
export async function addStaged(client: PoolClient, channel: 'email' | 'sms', label: string): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `with found as (
       select $1::channel as channel, address, reason, 'import'::text as source, null::bigint as campaign_id, null::bigint as recipient_id,
         now() as at, $2::text as created_by, min(note) as note
       from staged_suppressions group by address, reason
     ),
     ${putReasons('do nothing', 'f.note')}
     select count(*)::integer as n from added`,
    [channel, label],
  );
  return rows[0]?.n ?? 0;
}
