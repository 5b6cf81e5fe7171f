import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import { writeGathered } from '../access/audit.server.ts';

/** As the log's line has it: whoever reads logs learns who did what, and nobody's address. */
export interface AuditLine {
  seq: number;
  at: string;
  actor_kind: string;
  actor_id: string | null;
  actor_name: string | null;
  door: string;
  /** Not "address", which the log hides. */
  ip: string | null;
  action: string;
  outcome: string;
  reason: string | null;
  object_type: string | null;
  object_id: string | null;
  object_name: string | null;
  fields: string[];
  times: number;
  hash: string;
}

const BATCH = 500;

/**
 * Hands on what was written since the last time, in order; what a crash cut off is told again. Nothing while another process does the same.
 *
 * @returns how many
 */
export async function tellAudit(pool: Pool, tell: (line: AuditLine) => void): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows: told } = await client.query<{ seq: number }>('select seq from audit_told for update skip locked');
    if (!told[0]) return 0;
    const { rows } = await client.query<AuditLine>(
      `select seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, actor_kind, actor_id, actor_name, door, address as ip, action,
         outcome, reason, object_type, object_id, object_name, times, hash,
         array(select key from json_object_keys(coalesce(after, before, '{}')) k (key)) as fields
       from audit_log where seq > $1 order by seq limit ${BATCH}`,
      // never null: seq, hash
      [told[0].seq],
    );
    for (const row of rows) tell(row);
    const last = rows.at(-1);
    if (last) await client.query('update audit_told set seq = $1', [last.seq]);
    return rows.length;
  });
}

/** Writes what was gathered and rests. */
export async function restingAudit(pool: Pool): Promise<void> {
  await inTransaction(pool, (client) => writeGathered(client));
}

/** The last row of the log, and its time. Null while there is none. */
export async function auditHead(pool: Pool): Promise<{ seq: number; hash: string; at: Date } | null> {
  const { rows } = await pool.query<{ seq: number; hash: string; at: Date }>(
    'select l.seq, l.hash, l.at from audit_head h join audit_log l on l.seq = h.seq',
    // never null: seq, hash, at
  );
  return rows[0] ?? null;
}

/** Cuts off what is older than so many days, a part at a time. @returns how many rows went now */
export async function cutAudit(pool: Pool, days: number): Promise<number> {
  const { rows } = await pool.query<{ cut: number }>('select audit_cut(now() - make_interval(days => $1), 10000) as cut', [days]);
  return rows[0]?.cut ?? 0;
}
