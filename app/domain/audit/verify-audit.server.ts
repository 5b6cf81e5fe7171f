import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inSnapshot } from '#db/transaction.ts';

/** A row's place and hash, as somebody kept them elsewhere. */
export interface Witness {
  seq: number;
  hash: string;
  /** Where it stands, for the sentence. */
  from: string;
}

export interface Verdict {
  rows: number;
  /** Where the chain begins: what is before was cut off because it was old. */
  anchor: { seq: number; hash: string };
  head: { seq: number; hash: string };
  /** What was found to be wrong, the first that matters first; empty: nothing. `seq` names the row. */
  faults: { seq: number; message: string }[];
}

interface Row {
  seq: number;
  at: string;
  actor_kind: string;
  actor_id: string | null;
  actor_name: string | null;
  actor_email: string | null;
  door: string;
  address: string | null;
  device: string | null;
  action: string;
  outcome: string;
  reason: string | null;
  object_type: string | null;
  object_id: string | null;
  object_name: string | null;
  before: string | null;
  after: string | null;
  times: number;
  previous: string;
  hash: string;
}

const PAGE = 2_000;
const MOST_FAULTS = 20;

/**
 * Goes through the whole chain and computes each hash anew. What was changed, removed, inserted or put elsewhere breaks it; a tail that was cut off
 * is known by the head that the database keeps, and by the witnesses, as is a chain that somebody computed anew.
 */
export async function verifyAudit(db: Database, witnesses: readonly Witness[] = []): Promise<Verdict> {
  return inSnapshot(db.pool, async (client) => {
    const { anchor, head } = await readEnds(client);
    const faults: Verdict['faults'] = [];
    const fault = (seq: number, message: string) => faults.length < MOST_FAULTS && faults.push({ seq, message });
    const wanted = new Map<number, Witness[]>();
    for (const one of witnesses) wanted.set(one.seq, [...(wanted.get(one.seq) ?? []), one]);

    let last = anchor;
    let rows = 0;
    let isCutTold = anchor.seq === 0;
    for (;;) {
      const page = await readPage(client, rows === 0 ? Number.MIN_SAFE_INTEGER : last.seq);
      for (const row of page) {
        rows++;
        if (row.seq <= anchor.seq) {
          fault(row.seq, `Row ${row.seq} should be gone: the log begins after row ${anchor.seq}.`);
          continue;
        }
        if (row.seq !== last.seq + 1) fault(last.seq + 1, missing(last.seq + 1, row.seq - 1));
        else if (row.previous !== last.hash) fault(row.seq, `Row ${row.seq} does not follow the row before it: one of both was changed.`);
        if (hashOf(row) !== row.hash) fault(row.seq, `Row ${row.seq} was changed: it is not what its hash was made of.`);
        for (const one of wanted.get(row.seq) ?? []) {
          if (one.hash !== row.hash) fault(row.seq, `Row ${row.seq} is not the one that ${one.from} tells of: the log was written anew.`);
        }
        if (row.action === 'audit.cut' && row.after?.includes(`"${anchor.hash}"`)) isCutTold = true;
        last = { seq: row.seq, hash: row.hash };
      }
      if (page.length < PAGE) break;
    }

    if (last.seq < head.seq) fault(last.seq + 1, missing(last.seq + 1, head.seq));
    else if (last.seq > head.seq || last.hash !== head.hash) fault(last.seq, `The last row is ${last.seq}, and the head says ${head.seq}.`);
    for (const one of witnesses) {
      if (one.seq > last.seq) fault(last.seq + 1, `${missing(last.seq + 1, one.seq)} ${one.from} tells of row ${one.seq}.`);
    }
    if (!isCutTold) fault(anchor.seq, `Rows up to ${anchor.seq} are gone, and no row says that they were cut off because they were old.`);
    const { rows: loose } = await client.query<{ id: number }>(
      'select id from audit_log where seq is null or hash is null or previous is null or at is null order by id limit 20',
    );
    for (const { id } of loose) fault(0, `A row stands outside of the chain (id ${id}): it was inserted by hand.`);
    return { rows, anchor, head, faults };
  });
}

async function readEnds(client: PoolClient): Promise<Pick<Verdict, 'anchor' | 'head'>> {
  const { rows } = await client.query<{ seq: number; hash: string }>(
    'select seq, hash from (select 1 as place, seq, hash from audit_anchor union all select 2, seq, hash from audit_head) e order by place',
  );
  const [anchor, head] = rows;
  if (!anchor || !head) throw new Error('The row of audit_anchor or audit_head is gone: what the log began or ended with is not known.');
  return { anchor, head };
}

async function readPage(client: PoolClient, after: number): Promise<Row[]> {
  const { rows } = await client.query<Row>(
    `select seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, actor_kind, actor_id, actor_name, actor_email, door, address,
       device, action, outcome, reason, object_type, object_id, object_name, before::text as before, after::text as after, times, previous, hash
     from audit_log where seq > $1 and hash is not null order by seq limit ${PAGE}`,
    // never null: seq, previous, hash
    [after],
  );
  return rows;
}

/** As the database makes it: docs/audit.md. */
function hashOf(row: Row): string {
  const fields = [
    String(row.seq),
    row.at,
    row.actor_kind,
    row.actor_id,
    row.actor_name,
    row.actor_email,
    row.door,
    row.address,
    row.device,
    row.action,
    row.outcome,
    row.reason,
    row.object_type,
    row.object_id,
    row.object_name,
    row.before,
    row.after,
    String(row.times),
  ];
  const text = `[${fields.map((field) => JSON.stringify(field)).join(', ')}]`;
  return createHash('sha256').update(`${row.previous}\n${text}`).digest('hex');
}

function missing(first: number, last: number): string {
  return first === last ? `Row ${first} is missing.` : `Rows ${first} to ${last} are missing.`;
}
