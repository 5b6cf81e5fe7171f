import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { marksOf } from '../access/audit.server.ts';
import { plainAddress } from '../access/client-address.ts';
import { sendTime } from '../campaigns/send-time.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { heavyQuery } from '../heavy-reads.server.ts';
import { parseInput } from '../parse-input.ts';
import { invalid } from '../problem.ts';
import { readSuppressed } from '../suppressions/spelling.server.ts';
import { type AuditEntryJson, type AuditFilter, type AuditPageFilter, auditPageFilter } from './audit-entry.ts';

export const auditColumns = [
  ...([
    'seq',
    'at',
    'actor_kind',
    'actor_id',
    'actor_name',
    'actor_email',
    'door',
    'address',
    'device',
    'action',
    'outcome',
    'reason',
  ] as const),
  ...(['object_type', 'object_id', 'object_name', 'before', 'after', 'times', 'previous', 'hash'] as const),
];

/** Rows of the log as they are answered and exported, those that the values of `auditConditions` ask for. */
export const auditSelect = `
  select seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, actor_kind, actor_id, actor_name, actor_email, door, address,
    device, action, outcome, reason, object_type, object_id, object_name, before, after, times, previous, hash
  from audit_log
  where ($1::text is null or actor_id = $1 or actor_name ilike $2 or actor_email ilike $2)
    and ($3::text is null or action = $3 or split_part(action, '.', 1) = $3) and ($4::text is null or outcome = $4)
    and ($5::text is null or object_id = $5 or object_name ilike $6 or (object_type = 'suppression' and object_id = any ($7::text[])))
    and ($8::timestamptz is null or at >= $8) and ($9::timestamptz is null or at < $9) and ($10::text is null or address = $10)`;

/** @throws Problem 422 for a time that is none */
export async function auditValues(
  db: Database,
  { who, action, outcome, what, from, to, time_zone, address }: AuditFilter,
): Promise<unknown[]> {
  return [
    ...(who ? [who, contains(who)] : [null, null]),
    action ?? null,
    outcome ?? null,
    ...(what ? [what, contains(what), await marksOf(db, addressesOf(what))] : [null, null, null]),
    from ? instant('from', from, time_zone, 0) : null,
    to ? instant('to', to, time_zone, 1) : null,
    address ? (plainAddress(address) ?? address) : null,
  ];
}

/** The newest first. @throws Problem 422 */
export async function listAudit(
  db: Database,
  filter: AuditPageFilter = {},
): Promise<{ data: AuditEntryJson[]; next_cursor: string | null }> {
  ask('audit:read');
  const { cursor, limit = 50, ...asked } = parseInput(auditPageFilter, filter);
  const { rows } = await heavyQuery<AuditEntryJson>(
    db,
    `${auditSelect} and ($11::bigint is null or seq < $11) and seq is not null order by seq desc limit $12`,
    // never null: seq, previous, hash
    [...(await auditValues(db, asked)), cursor ? fromCursor(cursor, 'number') : null, limit + 1],
  );
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next_cursor: rows.length > limit && last ? toCursor(last.seq) : null };
}

const contains = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/** In the spellings in which a suppression of it was marked. */
function addressesOf(text: string): string[] {
  return (['email', 'sms'] as const).flatMap((channel) => readSuppressed(channel, text).address ?? []);
}

/** @param days that a whole day ends later than it begins */
function instant(path: string, text: string, timeZone: string | undefined, days: number): Date {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const time = isDay ? sendTime(`${text}T00:00`, timeZone ?? 'UTC') : sendTime(text, timeZone ?? 'UTC');
  if (typeof time !== 'number')
    throw invalid([{ path, message: 'This is not a time. Write a day as 2026-03-29, or a time as 2026-03-29T09:00Z.' }]);
  if (!isDay || days === 0) return new Date(time);
  const next = new Date(`${text}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + days);
  const end = sendTime(`${next.toISOString().slice(0, 10)}T00:00`, timeZone ?? 'UTC');
  return new Date(typeof end === 'number' ? end : time + 86_400_000);
}
