import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { singleRetryClosed } from '../campaigns/retry-rules.ts';
import { recipientRetryWindowS } from '../campaigns/retry-window.server.ts';
import { didNotArrive } from '../recipients/recipient-retry.ts';
import type { PersonMessage } from './person.ts';

/** Why those of the messages that did not arrive cannot be sent again, by recipient; only those that cannot. */
export async function closedRetries(db: Database, messages: readonly PersonMessage[]): Promise<Record<number, string>> {
  ask('people:read');
  const lost = messages.filter(({ recipient }) => didNotArrive(recipient));
  if (lost.length === 0) return {};
  const { rows } = await db.pool.query<{ id: number; ended_at: Date | null }>(
    'select id, coalesce(failed_at, finished_at) as ended_at from campaigns where id = any($1)',
    [lost.map(({ campaign }) => campaign.id)],
  );
  const endedAt = new Map(rows.map(({ id, ended_at }) => [id, ended_at]));
  const now = new Date();
  const closed = lost.flatMap(({ campaign, recipient }): [number, string][] => {
    const facts = { status: campaign.status, ended_at: endedAt.get(campaign.id) ?? null };
    const why = singleRetryClosed(facts, now, recipientRetryWindowS());
    return why ? [[recipient.id, why.message]] : [];
  });
  return Object.fromEntries(closed);
}
