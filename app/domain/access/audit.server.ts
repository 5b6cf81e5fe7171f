import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { AuditAction } from './audit-actions.ts';
import { currentDoor, type Door } from './door.server.ts';
import { keptSecret, type SecretStore } from './secrets.server.ts';

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
  /**
   * Told as one row, once whoever does it rests: what a person's page saves by itself while they work (also when they do something else with the
   * object), or whatever comes by itself, as searches do.
   */
  gather?: 'pages' | 'everything';
}

const MOST_BYTES = 16_000;
const LONGEST_TEXT = 500;

/**
 * Writes down what somebody did, or was not allowed to: the one place for pages, API, commands and live connections. With the client of the
 * transaction that changes something both are committed or neither. The database chains the row at the commit (db/definitions/audit.sql).
 */
export async function audit(client: Pool | PoolClient, entry: AuditEntry): Promise<void> {
  const door = currentDoor();
  const row = rowOf(entry, door);
  // Pages save through the API, too.
  if (entry.gather === 'everything' || (entry.gather && row.actor_kind === 'person')) return gather(client, row);
  // What was gathered of the object came before.
  if (row.object_type === 'campaign' && row.object_id) await writeGathered(client, `campaign ${row.object_id}`);
  await insertAudit(client, row);
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

/** Adds to what the same person did to the same object through the same door: the fields as they were at first, and as they are now. */
async function gather(client: Pool | PoolClient, row: AuditInsert): Promise<void> {
  const object = `${row.object_type} ${row.object_id}`;
  await client.query(
    `insert into audit_gathered as had (key, object, entry) values ($1, $2, $3)
     on conflict (key) do update set times = had.times + 1, last_at = now(), entry = excluded.entry || jsonb_build_object(
       'before', coalesce(nullif(excluded.entry -> 'before', 'null'), '{}') || coalesce(nullif(had.entry -> 'before', 'null'), '{}'),
       'after', coalesce(nullif(had.entry -> 'after', 'null'), '{}') || coalesce(nullif(excluded.entry -> 'after', 'null'), '{}'))`,
    [
      JSON.stringify([object, row.action, row.actor_id, row.door, row.address]),
      object,
      JSON.stringify({ ...row, before: row.before && JSON.parse(row.before), after: row.after && JSON.parse(row.after) }),
    ],
  );
}

/**
 * Writes what was gathered: of one object, else all that rested for a minute or was gathered for ten.
 *
 * @returns how many rows
 */
export async function writeGathered(client: Pool | PoolClient, object: string | null = null): Promise<number> {
  const { rows } = await client.query<{ entry: GatheredEntry; times: number }>(
    `delete from audit_gathered where key in (
       select key from audit_gathered where case when $1::text is null
         then last_at < now() - interval '1 minute' or first_at < now() - interval '10 minutes' else object = $1 end
       order by key for update skip locked)
     returning entry, times`,
    [object],
  );
  for (const { entry, times } of rows) {
    const { before, after } = changedOnly(entry.before, entry.after);
    await insertAudit(client, { ...entry, before: textOf(before), after: textOf(after), times });
  }
  return rows.length;
}

type GatheredEntry = Omit<AuditInsert, 'before' | 'after'> & { before: AuditValues | null; after: AuditValues | null };

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

/** An address of a recipient as the log may have it: "a…@example.com", "+1…67". Whoever knows it finds it; whoever reads it learns nobody's. */
export function maskedAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return at > 0 ? `${[...address][0]}…${address.slice(at)}` : `${address.slice(0, 2)}…${address.slice(-2)}`;
}

/**
 * Marks of addresses, in their order, that tell the same one from others, and nobody who does not know it what it is: nor can whoever reads the
 * database try addresses, where its secrets are encrypted.
 */
export async function marksOf(db: SecretStore, addresses: readonly string[]): Promise<string[]> {
  if (addresses.length === 0) return [];
  const secret = await keptSecret(db, 'audit');
  return addresses.map((address) => createHash('sha256').update(`${secret} ${address.toLowerCase()}`).digest('hex').slice(0, 24));
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
