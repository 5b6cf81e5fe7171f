import { draft, send } from '../stage/campaigns.ts';
import { alone, type Row } from '../stage/figures.ts';
import type { Stage } from '../stage/stage.ts';
import { IN_FLIGHT } from './throughput.ts';

/** How far from 2, 4, 8 s retries begin while everything else is sent at full speed, by the database's clock. The stage's provider fails 10 %. */
export async function retrySchedule(stage: Stage, { recipients, rounds }: { recipients: number; rounds: number }): Promise<Row> {
  const worker = await stage.startWorker({ WORKER_CONCURRENCY: String(IN_FLIGHT) });
  const errors: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const id = await draft(stage, 'email', recipients);
    await send(stage, id);
    const { rows } = await stage.db.pool.query<{ p99: number }>(
      `select percentile_cont(0.99) within group (order by abs(waited - 2 ^ number))::float8 as p99
       from (select number, extract(epoch from lead(started_at) over (partition by recipient_id order by number) - finished_at) as waited
         from attempts where campaign_id = $1) a
       where waited is not null`,
      [id],
    );
    errors.push(rows[0]?.p99 as number);
  }
  await worker.stop();
  return alone({ what: 'retry schedule under full load, 99th percentile of the error', unit: 's', wanted: { most: 0.3 } }, errors);
}
