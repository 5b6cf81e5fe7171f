import type { z } from 'zod';
import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { parseInput } from '../parse-input.ts';
import { type InboundMessageJson, inboundFilter } from './inbound-message.ts';

/**
 * Text messages of people that asked for nothing that Rollcall understands, the newest first. STOP, START and HELP are not among them. The newest
 * 20,000 are kept.
 *
 * @throws Problem 422
 */
export async function listInbound(
  db: Database,
  filter: z.input<typeof inboundFilter> = {},
): Promise<{ data: InboundMessageJson[]; next_cursor: string | null }> {
  ask('people:read');
  const { sender, cursor, limit = 50 } = parseInput(inboundFilter, filter);
  const { rows } = await db.pool.query<Omit<InboundMessageJson, 'received_at'> & { received_at: Date }>(
    `select id, sender, recipient as "to", body, received_at, campaign_id, recipient_id,
       exists (select from suppressions s where s.channel = 'sms' and s.address = m.sender) as suppressed
     from inbound_messages m where id < $1 and ($2::text is null or sender = $2) order by id desc limit $3`,
    [cursor ? fromCursor(cursor, 'number') : Number.MAX_SAFE_INTEGER, sender?.trim() || null, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map((row) => ({ ...row, received_at: row.received_at.toISOString() })),
    next_cursor: rows.length > limit && last ? toCursor(last.id) : null,
  };
}
