import type { Pool, PoolClient } from 'pg';
import type { AuditAction } from './audit-actions.ts';
import { currentDoor, type Door } from './door.server.ts';

/** Values by field. Never a secret, and never a recipient's address. */
type AuditValues = Record<string, unknown>;

/** What is about to be written down. Who did it and from where is known by the door (door.server.ts). */
export interface AuditEntry {
  action: AuditAction;
  /** What it was done to, with a name that people recognise when it is gone. */
  object?: { type: string; id?: string | number | null | undefined; name?: string | null | undefined };
  /** Fields as they were and as they are; those that stayed the same are left out. */
  before?: AuditValues | null | undefined;
  after?: AuditValues | null | undefined;
  /** Why it was refused; without it, it was done. */
  refused?: string;
  /** Where the door does not know who it is: somebody who signs in, or a command. */
  actor?: Door['viewer'];
  times?: number;
}

const MOST_BYTES = 16_000;
const LONGEST_TEXT = 500;

/**
 * Writes down what somebody did, or was not allowed to: the one place for pages, API, commands and live connections. With the client of the
 * transaction that changes something both are committed or neither. The database chains the row at the commit (db/definitions/audit.sql).
 */
export async function audit(client: Pool | PoolClient, entry: AuditEntry): Promise<void> {
  const door = currentDoor();
  await insertAudit(client, rowOf(entry, door));
}

/** A row as the table has it, without what the database adds. */
export interface AuditInsert {
  actor_kind: 'person' | 'key' | 'system' | 'nobody';
  actor_id: string | null;
  actor_name: string | null;
  actor_email: string | null;
  door: string;
  address: string | null;
  device: string | null;
  action: AuditAction;
  outcome: 'done' | 'refused';
  reason: string | null;
  object_type: string | null;
  object_id: string | null;
  object_name: string | null;
  before: string | null;
  after: string | null;
  times: number;
}

export function rowOf(entry: AuditEntry, door: Door | undefined): AuditInsert {
  const actor = entry.actor ?? door?.viewer;
  const { before, after } = changedOnly(entry.before ?? null, entry.after ?? null);
  return {
    actor_kind: actor ? (actor.via === 'key' ? 'key' : 'person') : door && door.door !== 'command' ? 'nobody' : 'system',
    actor_id: actor?.id.slice(0, 100) ?? null,
    actor_name: short(actor?.name ?? (door && door.door !== 'command' ? null : door ? 'Operator' : 'Rollcall'), 200),
    actor_email: short(actor?.email, 320),
    door: door?.door ?? 'worker',
    address: door?.address ?? null,
    device: door?.device ?? null,
    action: entry.action,
    outcome: entry.refused === undefined ? 'done' : 'refused',
    reason: short(entry.refused, 300),
    object_type: entry.object?.type ?? null,
    object_id: entry.object?.id == null ? null : String(entry.object.id).slice(0, 100),
    object_name: short(entry.object?.name, 300),
    before: textOf(before),
    after: textOf(after),
    times: entry.times ?? 1,
  };
}

export async function insertAudit(client: Pool | PoolClient, row: AuditInsert): Promise<void> {
  await client.query(
    `insert into audit_log (actor_kind, actor_id, actor_name, actor_email, door, address, device, action, outcome, reason,
       object_type, object_id, object_name, before, after, times)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
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
      row.times,
    ],
  );
}

/** Where both sides are there: what differs. */
function changedOnly(before: AuditValues | null, after: AuditValues | null): { before: AuditValues | null; after: AuditValues | null } {
  if (!before || !after) return { before, after };
  const differs = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  const part = (values: AuditValues) => Object.fromEntries(differs.filter((key) => key in values).map((key) => [key, values[key]]));
  return { before: part(before), after: part(after) };
}

function textOf(values: AuditValues | null): string | null {
  if (!values || Object.keys(values).length === 0) return null;
  const text = JSON.stringify(values, (_key, value: unknown) => (typeof value === 'string' ? short(value, LONGEST_TEXT) : value));
  return text.length <= MOST_BYTES ? text : JSON.stringify({ fields: Object.keys(values).slice(0, 100), too_large: true });
}

function short(text: string | null | undefined, most: number): string | null {
  if (text == null) return null;
  const clean = text.replaceAll('\0', '').toWellFormed();
  const letters = [...clean];
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : clean;
}
