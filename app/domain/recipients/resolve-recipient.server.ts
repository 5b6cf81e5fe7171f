import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { decideRecipients } from '#db/ledger/decide.ts';
import { inTransaction } from '#db/transaction.ts';
import { nameActor } from '../access/actor.server.ts';
import { ask } from '../access/ask.server.ts';
import { audit, maskedAddress } from '../access/audit.server.ts';
import type { Viewer } from '../access/roles.ts';
import { notFound, Problem } from '../problem.ts';
import { getRecipient } from './get-recipient.server.ts';
import { type RecipientJson, recipientStatusLabels } from './recipient.ts';
import { decidable, type Resolution } from './resolutions.ts';
import { lockRecipient, sendAgain } from './retry-recipient.server.ts';

/**
 * A person's decision on a recipient whose outcome is unknown, or was given up as unknown: it arrived, it did not, or send it again. Also in
 * campaigns that have ended or were cancelled.
 *
 * @throws Problem 404; 409 for any other recipient, or for sending again in a campaign that is still being cancelled
 */
export async function resolveRecipient(
  db: Database,
  viewer: Viewer,
  campaignId: number,
  id: number,
  outcome: Resolution,
): Promise<RecipientJson> {
  ask('recipients:retry', 'people:read');
  await inTransaction(db.pool, async (client) => {
    const found = await lockRecipient(client, viewer, campaignId, id);
    if (found.status !== 'unknown' && !(found.status === 'failed' && decidable.includes(found.failure_code ?? ''))) {
      const label = recipientStatusLabels[found.status].toLowerCase();
      throw new Problem(409, 'conflict', `Only an unknown outcome can be decided, and this recipient is ${label}.`);
    }
    await client.query(
      `insert into campaign_events (campaign_id, recipient_id, kind, actor, details) values ($1, $2, 'recipient_resolved', $3, $4)`,
      [campaignId, id, viewer.label, { outcome }],
    );
    if (outcome === 'resend') {
      await sendAgain(client, campaignId, [id], { by: viewer.label });
    } else {
      await decideRecipients(client, campaignId, [id], outcome, viewer.label);
    }
    const object = { type: 'recipient', id: `${campaignId}/${id}`, name: maskedAddress(found.address) };
    await audit(client, { action: 'recipient.resolve', object, after: { outcome } });
  });
  return (await getRecipient(db, campaignId, id)).recipient;
}

/** Recipients a transaction: others wait for their rows while it lasts. */
const BATCH = 1_000;

/**
 * The same decision for many at once: for every recipient of a campaign that waits for a person, or was given up as unknown, or for those named.
 * What a person decided before stays, unless it is named. Whoever is something else by now is left out. Batches of 1,000; what was decided before an error stays decided.
 *
 * @returns how many were decided
 * @throws Problem 403, also for naming some without seeing people; 404; 409 for sending again in a campaign that is still being cancelled
 */
export async function resolveUnknown(
  db: Database,
  viewer: Viewer,
  campaignId: number,
  { outcome, ids }: { outcome: Resolution; ids?: readonly number[] | undefined },
): Promise<number> {
  ask('recipients:retry');
  if (ids) ask('people:read');
  const { rows: campaigns } = await db.pool.query<{ name: string }>('select name from campaigns where id = $1', [campaignId]);
  if (!campaigns[0]) throw notFound('There is no campaign');
  const { name } = campaigns[0];
  let resolved = 0;
  try {
    for (let after = 0, batch = BATCH; batch === BATCH; ) {
      const found = await inTransaction(db.pool, (client) => resolveBatch(client, viewer, campaignId, { outcome, ids, after }));
      batch = found.length;
      resolved += batch;
      after = found.at(-1) ?? after;
    }
  } finally {
    if (resolved > 0) {
      await db.pool.query(`insert into campaign_events (campaign_id, kind, actor, details) values ($1, 'recipients_resolved', $2, $3)`, [
        ...[campaignId, viewer.label],
        { outcome, resolved },
      ]);
      await audit(db.pool, {
        action: 'recipient.resolve',
        object: { type: 'campaign', id: campaignId, name },
        after: { outcome, resolved },
      });
    }
  }
  return resolved;
}

/** Each one's story tells of it; the campaign's log has one line for all (`bulk`). */
async function resolveBatch(
  client: PoolClient,
  viewer: Viewer,
  campaignId: number,
  { outcome, ids, after }: { outcome: Resolution; ids?: readonly number[] | undefined; after: number },
): Promise<number[]> {
  const listed = (listedAs: string, condition: string) =>
    `(select id from recipients where campaign_id = $1 and (listed_as, id) > ('${listedAs}', $2) and listed_as <= '${listedAs}'
        and ($3::bigint[] is null or id = any($3)) and ${condition} order by listed_as, id limit ${BATCH})`;
  await nameActor(client, viewer);
  const { rows } = await client.query<{ id: number }>(
    `select id from recipients where campaign_id = $1 and id in (
       select id from (${listed('unknown', 'unknown_until is null')} union all
         ${listed('failed', 'failure_code = any($4)')}) as open order by id limit ${BATCH})
       and ((status = 'unknown' and unknown_until is null) or (status = 'failed' and failure_code = any($4)))
     order by id for update`,
    [campaignId, after, ids ?? null, ids ? decidable : ['outcome_unknown']],
  );
  const found = rows.map(({ id }) => id);
  if (found.length === 0) return found;
  await client.query(
    `insert into campaign_events (campaign_id, recipient_id, kind, actor, details)
     select $1, id, 'recipient_resolved', $3, $4 from unnest($2::bigint[]) as id`,
    [campaignId, found, viewer.label, { outcome, bulk: true }],
  );
  if (outcome === 'resend') await sendAgain(client, campaignId, found, { by: viewer.label });
  else await decideRecipients(client, campaignId, found, outcome, viewer.label);
  return found;
}
