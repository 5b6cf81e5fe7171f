/** What keeps a database that answers from doing its work; somebody has to see to it. */
export type Trouble = 'disk_full' | 'own_disk_full' | 'read_only' | 'no_memory' | 'no_connection_left' | 'refused';

const TROUBLES: Record<string, Trouble> = {
  '53100': 'disk_full',
  ENOSPC: 'own_disk_full',
  EDQUOT: 'own_disk_full',
  '25006': 'read_only',
  '53200': 'no_memory',
  '53300': 'no_connection_left',
  '28P01': 'refused',
  '28000': 'refused',
  '3D000': 'refused',
};

/** What PostgreSQL's or the system's code says of the whole; null: of this statement only, or of the way to the database. */
export function troubleOf(error: unknown): Trouble | null {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  if (code === '58030' && /no space left|disk quota/i.test(message ?? '')) return 'disk_full';
  return TROUBLES[code ?? ''] ?? null;
}

/** For logs: what is wrong, what it holds up, and what to do. */
export const troubleForOperators: Record<Trouble, string> = {
  disk_full: 'the disk of the database is full: nothing can be written down, so nothing is sent; make room, and it goes on by itself',
  own_disk_full: 'the disk that temporary files go to (TMPDIR) is full on this machine: make room',
  read_only: 'the database can only be read: nothing can be written down, so nothing is sent; DATABASE_URL must lead to the primary',
  no_memory: 'the database has run out of memory: it is tried again',
  no_connection_left: 'the database has no connection left: raise max_connections, or stop what else uses it; it is tried again',
  refused: 'the database does not let Rollcall in: look at DATABASE_URL',
};
