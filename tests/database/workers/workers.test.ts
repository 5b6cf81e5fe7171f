import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '#app/config/log.server.ts';
import { startScheduledCampaign } from '#app/domain/campaigns/send-campaign.server.ts';
import { reconcile } from '#app/domain/workers/reconcile.server.ts';
import { alone } from '#app/domain/workers/repairs.server.ts';
import { freeJobsOfWorker, registerWorker } from '#app/domain/workers/worker-registry.server.ts';
import { writeByHand } from '#tests/support/by-hand.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

const silent = createLogger({ logLevel: 'silent' });
let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

const query = async <Row extends object>(text: string, values: unknown[] = []) => (await own.db.pool.query<Row>(text, values)).rows;

/** A worker in the registry; its lock goes back with its connection. */
async function register(poolId: string): Promise<number> {
  const client = await own.db.pool.connect();
  try {
    return await registerWorker(client, [poolId], 'a-machine', 1);
  } finally {
    client.release(true);
  }
}

/** A job in a queue of its name, both taken by a pool some time ago. */
async function takenJob(queue: string, poolId: string, ago: string): Promise<void> {
  await query(`select graphile_worker.add_job('deliver_alert', '{"delivery_id": 1}', queue_name => $1)`, [queue]);
  await query(
    `with taken as (
       update graphile_worker._private_job_queues set locked_by = $2, locked_at = now() - $3::interval where queue_name = $1 returning id)
     update graphile_worker._private_jobs set locked_by = $2, locked_at = now() - $3::interval, attempts = 1 where job_queue_id = (select id from taken)`,
    [queue, poolId, ago],
  );
}

const held = async () =>
  (
    await query<{ queue_name: string }>(
      `select q.queue_name from graphile_worker._private_job_queues q join graphile_worker._private_jobs j on j.job_queue_id = q.id
       where q.locked_by is not null and j.locked_by is not null order by 1`,
    )
  ).map((row) => row.queue_name);

describe('what a worker left behind', () => {
  beforeEach(() => query('truncate graphile_worker._private_jobs, graphile_worker._private_job_queues'));

  test('is free for others when it is taken over, its named queues too; what others hold is left alone', async () => {
    const dead = await register('dead');
    await register('living');
    await takenJob('alerts to 1', 'dead', '1 second');
    await takenJob('alerts to 2', 'living', '1 hour');
    expect(await freeJobsOfWorker(own.db.pool, dead)).toBe(1);
    expect(await held()).toEqual(['alerts to 2']);
    const [job] = await query(`select attempts from graphile_worker._private_jobs where locked_by is null`);
    expect(job).toEqual({ attempts: 0 });
  });

  test('is free after a minute where nobody knows who held it', async () => {
    await register('known');
    await takenJob('alerts to 1', 'never registered', '1 minute');
    await takenJob('alerts to 2', 'known', '1 hour');
    await takenJob('alerts to 3', 'about to register', '1 second');
    expect(await reconcile(own.db, silent)).toEqual([{ kind: 'job_orphaned', campaignId: null, repaired: 1 }]);
    expect(await held()).toEqual(['alerts to 2', 'alerts to 3']);
  });
});

describe('the reconciler', () => {
  test('is one at a time, whoever asks', async () => {
    const id = await draftCampaign(own.db, { addresses: [] });
    await query(`update campaigns set doing = 'emptying', created_at = now() - interval '1 minute' where id = $1`, [id]);
    expect(await alone(own.db.pool, () => reconcile(own.db, silent))).toEqual([]);
    expect(await reconcile(own.db, silent)).toEqual([{ kind: 'dispatch_missing', campaignId: id, repaired: 1 }]);
  });

  test('counts a paused campaign once, and again when something moved in it', async () => {
    const id = await draftCampaign(own.db, { addresses: numbered(3) });
    await query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
    await query(`update campaigns set status = 'PAUSED', doing = 'nothing' where id = $1`, [id]);
    await reconcile(own.db, silent);
    const before = await query('select ledger_version from campaigns where id = $1', [id]);
    // A hand in the database, seen only by who counts; it leaves no version behind.
    await query('alter table campaigns disable trigger user');
    await query('update campaigns set pending = 2, sent = 1 where id = $1', [id]);
    await query('alter table campaigns enable trigger user');
    expect(await reconcile(own.db, silent)).toEqual([]);
    expect(await query('select ledger_version from campaigns where id = $1', [id])).toEqual(before);
    await query(
      `update recipients set status = 'cancelled', changed_at = now() where id = (select min(id) from recipients where campaign_id = $1)`,
      [id],
    );
    expect(await reconcile(own.db, silent)).toEqual([{ kind: 'counters_wrong', campaignId: id, repaired: 1 }]);
  });

  test('asks again for a clone, an emptied list and a start whose jobs are gone', async () => {
    await writeByHand(own.db.pool);
    const source = await draftCampaign(own.db, { addresses: numbered(3) });
    const clone = await draftCampaign(own.db, { addresses: [] });
    const emptied = await draftCampaign(own.db, { addresses: numbered(2) });
    const later = await draftCampaign(own.db, { addresses: numbered(2) });
    const old = `created_at = now() - interval '1 minute'`;
    await query(`update campaigns set ${old}, doing = 'copying', cloned_from = $2 where id = $1`, [clone, source]);
    await query(`update campaigns set ${old}, doing = 'emptying' where id = $1`, [emptied]);
    await query(`update campaigns set status = 'SCHEDULED', scheduled_at = now() + interval '1 hour' where id = $1`, [later]);
    const repairs = await reconcile(own.db, silent);
    expect(repairs.toSorted((a, b) => (a.campaignId ?? 0) - (b.campaignId ?? 0))).toEqual(
      [clone, emptied, later].map((campaignId) => ({ kind: 'dispatch_missing', campaignId, repaired: 1 })),
    );
    expect(await reconcile(own.db, silent)).toEqual([]);
    const jobs = await query<{ payload: { campaign_id: number; scheduled_at: string } }>(
      `select j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'start_campaign'`,
    );
    await startScheduledCampaign(own.db, later, jobs[0]?.payload.scheduled_at as string);
    expect(await query('select status from campaigns where id = $1', [later])).toEqual([{ status: 'SENDING' }]);
  });
});
