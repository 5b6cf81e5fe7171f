import { draft, send } from '../stage/campaigns.ts';
import { paired, type Row } from '../stage/figures.ts';
import { addOldCampaigns } from '../stage/old-campaigns.ts';
import type { Stage } from '../stage/stage.ts';
import { IN_FLIGHT } from './throughput.ts';

/** Recipients of one old campaign. */
const EACH = 500_000;

/** How fast a campaign is sent with so many recipients of ended campaigns in the database, against before they were there. */
export async function besideOldCampaigns(stage: Stage, options: { old: number; recipients: number; rounds: number }): Promise<Row> {
  const worker = await stage.startWorker({ WORKER_CONCURRENCY: String(IN_FLIGHT) });
  await rate(stage, options.recipients);
  const before: number[] = [];
  for (let round = 0; round < options.rounds; round++) before.push(await rate(stage, options.recipients));
  await addOldCampaigns(stage.db.pool, { campaigns: Math.ceil(options.old / EACH), recipients: EACH });
  // As autovacuum and checkpoints leave it within the hour: until it is on disk, sending shares the disk with it.
  await stage.db.pool.query('vacuum (analyze) recipients');
  await stage.db.pool.query('vacuum (analyze) attempts');
  await stage.db.pool.query('checkpoint');
  await rate(stage, options.recipients);
  const pairs = [];
  for (const theirs of before) pairs.push({ theirs, ours: await rate(stage, options.recipients) });
  await worker.stop();
  const against = 'an empty ledger';
  const what = `emails beside ${options.old.toLocaleString('en')} old recipients`;
  return paired({ what, unit: 'recipients/s', against, wanted: { least: 0.9 } }, pairs);
}

const rate = async (stage: Stage, count: number) => count / (await send(stage, await draft(stage, 'email', count)));
