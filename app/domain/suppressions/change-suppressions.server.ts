import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { ask, mayHere } from '../access/ask.server.ts';
import { type AuditEntry, audit, marksOf, maskedAddress } from '../access/audit.server.ts';
import type { Viewer } from '../access/roles.ts';
import { addressSentence } from '../addresses/address-reading.ts';
import type { Channel } from '../channel.ts';
import { heavyQuery } from '../heavy-reads.server.ts';
import { notFound, Problem } from '../problem.ts';
import { type SuppressionRow, suppressionColumns, toSuppressionJson } from './list-suppressions.server.ts';
import { readSuppressed, spelled } from './spelling.server.ts';
import { addReasons, removeWithoutReason } from './suppress.server.ts';
import type { AddedSuppressions, SuppressionJson, SuppressionReason, SuppressionSource } from './suppression.ts';
import type { NewSuppression } from './suppression-input.ts';

/**
 * Nobody sends to it from now on. A reason that stands already stays as it is.
 *
 * @returns what stands now; what was said alone for those who may not see people
 * @throws Problem 422
 */
export async function addSuppression(
  db: Database,
  viewer: Pick<Viewer, 'label'>,
  added: NewSuppression,
): Promise<SuppressionJson | NewSuppression> {
  ask('suppressions:write');
  const { channel, reason } = added;
  const address = spelled(channel, added.address);
  await inTransaction(db.pool, async (client) => {
    const added = await addReasons(client, [{ channel, address, reason }], { source: 'person', label: viewer.label });
    await audit(client, {
      action: 'suppression.add',
      object: await audited(db, client, channel, address),
      after: { reason, new: added > 0 },
    });
  });
  if (!mayHere('people:read')) return { channel, address, reason };
  const { rows } = await db.pool.query<SuppressionRow>(
    `select ${suppressionColumns} from suppressions s where s.channel = $1 and s.address = $2`,
    [channel, address],
  );
  if (!rows[0]) throw new Problem(409, 'conflict', 'It was taken off the list at the same moment. Try again.');
  return toSuppressionJson(rows[0]);
}

/** As `addSuppression` for many; what is no address is told by its place and left out, the others are added. */
export async function addSuppressions(
  db: Database,
  viewer: Pick<Viewer, 'label'>,
  list: readonly NewSuppression[],
): Promise<AddedSuppressions> {
  ask('suppressions:write');
  const errors: AddedSuppressions['errors'] = [];
  const rows = list.flatMap(({ channel, address: raw, reason }, index) => {
    const reading = readSuppressed(channel, raw);
    if (reading.address !== null) return [{ channel, address: reading.address, reason }];
    errors.push({ index, address: raw, reason: addressSentence(channel, reading) });
    return [];
  });
  const added = await inTransaction(db.pool, async (client) => {
    const count = rows.length > 0 ? await addReasons(client, rows, { source: 'person', label: viewer.label }) : 0;
    await audit(client, { action: 'suppression.add', object: { type: 'suppression' }, after: { addresses: list.length, added: count } });
    return count;
  });
  return { rows: list.length, added, known: rows.length - added, rejected: errors.length, errors };
}

/** Which entry, and what of it: a reason, or the block that a person set here. */
export type TakenOff = ({ id: number } | { channel: Channel; address: string }) & {
  reason?: SuppressionReason | undefined;
  /** Of the reason, where several told it. */
  source?: SuppressionSource | undefined;
};

/**
 * Takes a reason off, and the address with its last one. Without a reason it is the block that a person or a file here brought; where there is
 * none, the only one that stands. Only those who may see people name it by its id, and are told which reasons stand.
 *
 * @throws Problem 403; 404 where it is not on the list, 409 where several reasons stand and none is named, 422
 */
export async function removeSuppression(db: Database, off: TakenOff): Promise<void> {
  ask('suppressions:write');
  if ('id' in off) ask('people:read');
  const where = 'id' in off ? 'id = $1' : 'channel = $1 and address = $2';
  const values = 'id' in off ? [off.id] : [off.channel, spelled(off.channel, off.address)];
  await inTransaction(db.pool, async (client) => {
    const { rows: found } = await client.query<{ id: number; channel: Channel; address: string }>(
      `select id, channel, address from suppressions where ${where} for update`,
      values,
    );
    if (!found[0]) throw notFound('This address is not on the list; there is nothing');
    const { id } = found[0];
    const { rows: standing } = await client.query<{ reason: SuppressionReason; source: SuppressionSource }>(
      'select reason, source from suppression_reasons where suppression_id = $1 order by reason desc',
      [id],
    );
    const taken = chosen(standing, off);
    await client.query(
      `delete from suppression_reasons r using unnest($2::suppression_reason[], $3::text[]) as t (reason, source)
       where r.suppression_id = $1 and r.reason = t.reason and r.source = t.source`,
      [id, taken.map(({ reason }) => reason), taken.map(({ source }) => source)],
    );
    const gone = await removeWithoutReason(client, [id]);
    const object = await audited(db, client, found[0].channel, found[0].address);
    const reasons = taken.map(({ reason, source }) => `${reason} (${source})`);
    await audit(client, { action: 'suppression.remove', object, before: { reasons }, after: { sent_to_again: gone > 0 } });
  });
}

/** Without the address itself: its mark is found by whoever knows it. */
async function audited(db: Database, client: PoolClient, channel: Channel, address: string): Promise<AuditEntry['object']> {
  const [mark] = await marksOf({ ...db, pool: client }, [address]);
  return { type: 'suppression', id: mark, name: `${maskedAddress(address)} (${channel})` };
}

function chosen<R extends { reason: SuppressionReason; source: SuppressionSource }>(
  standing: readonly R[],
  { reason, source }: Pick<TakenOff, 'reason' | 'source'>,
): R[] {
  if (reason) {
    const named = standing.filter((one) => one.reason === reason && (!source || one.source === source));
    if (named.length === 0) throw notFound('This reason does not stand for the address; there is nothing');
    return named;
  }
  const ours = standing.filter(({ source }) => source === 'person' || source === 'import');
  if (ours.length > 0) return ours;
  const reasons = [...new Set(standing.map((one) => one.reason))];
  if (reasons.length <= 1) return [...standing];
  throw new Problem(
    409,
    'several_reasons',
    `Several reasons stand for this address${mayHere('people:read') ? `: ${reasons.join(', ')}` : ''}. Name the one to take off with ?reason=.`,
  );
}

export async function isSuppressed(db: Database, channel: Channel, address: string): Promise<boolean> {
  ask('suppressions:write');
  const { rowCount } = await db.pool.query('select from suppressions where channel = $1 and address = $2', [
    channel,
    spelled(channel, address),
  ]);
  return Boolean(rowCount);
}

/** @throws Problem 409 where nobody sends to this address (in the ledger's spelling) */
export async function assertNotSuppressed(client: PoolClient, channel: Channel, address: string): Promise<void> {
  const { rowCount } = await client.query('select from suppressions where channel = $1 and address = $2', [channel, address]);
  if (!rowCount) return;
  throw new Problem(
    409,
    'suppressed',
    'This person is on the suppression list and is never sent to. Take them off the list first, if they asked for it.',
  );
}

/** How many of a campaign's list would not be sent to. The smaller of both lists is looked up in the larger one. */
export async function suppressedOfList(db: Database, campaignId: number): Promise<number> {
  ask('campaigns:read');
  const { rows } = await heavyQuery<{ count: number }>(
    db,
    `select count(*)::integer as count from campaigns c
     join suppressions s on s.channel = c.channel
     join recipients r on r.campaign_id = c.id and r.address = s.address and r.status = 'pending'
     where c.id = $1`,
    [campaignId],
  );
  return rows[0]?.count ?? 0;
}

/**
 * Takes off what the provider sandbox told, whose keys anybody can read: real providers are in its place from now on.
 *
 * @returns how many addresses are sent to again
 */
export async function forgetSandbox(db: Database): Promise<number> {
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<{ id: number }>(
      `select id from suppressions where id in (select suppression_id from suppression_reasons where source = 'sandbox')
       order by channel, address for update`,
    );
    if (rows.length === 0) return 0;
    const ids = rows.map(({ id }) => id);
    await client.query(`delete from suppression_reasons where suppression_id = any($1::bigint[]) and source = 'sandbox'`, [ids]);
    return removeWithoutReason(client, ids);
  });
}
