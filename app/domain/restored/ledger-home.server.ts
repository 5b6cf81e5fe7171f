import type { Pool } from 'pg';

/** home: nothing to say. restored: noted, and nobody has said yet that sending may go on. The others are noticed now. */
export type LedgerState = 'home' | 'restored' | 'copied' | 'older' | 'recovered';

/** How it came to be known that the database is an earlier copy; `told`: by `npm run restored` or `npm run restore`. */
export type RestoredHow = 'told' | 'copied' | 'older' | 'recovered';

/** @param known the newest attempt that the caller knows this ledger to have begun; 0: none */
export async function ledgerState(pool: Pool, known = 0): Promise<LedgerState> {
  const { rows } = await pool.query<{ state: LedgerState | null }>('select ledger_state($1) as state', [known]);
  return rows[0]?.state ?? 'copied';
}

/** Under what workers remember things about this ledger outside of it. */
export async function ledgerKey(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ key: string }>(
    `select ledger_id || ':' || (select oid from pg_database where datname = current_database()) as key from ledger_home`,
  );
  return rows[0]?.key ?? 'unknown';
}

/** @param known null: a person says so. @returns false where it was noted already */
export async function noteRestored(pool: Pool, how: RestoredHow, known: number | null): Promise<boolean> {
  const { rows } = await pool.query<{ noted: boolean }>('select note_restored($1, $2) as noted', [how, known]);
  return rows[0]?.noted ?? false;
}

export async function confirmRestored(pool: Pool, who: string): Promise<boolean> {
  const { rows } = await pool.query<{ confirmed: boolean }>('select confirm_restored($1) as confirmed', [who]);
  return rows[0]?.confirmed ?? false;
}

/** A server that took over, with all that this caller knows of: nothing is missing. */
export async function adoptTimeline(pool: Pool): Promise<void> {
  await pool.query('select adopt_timeline()');
}
