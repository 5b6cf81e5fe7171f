import { median, paired, type Row } from '../stage/figures.ts';
import type { Stage } from '../stage/stage.ts';
import { type Rounds, rateOf } from './throughput.ts';

const TRIED = [50, 100, 200, 300, 500, 1_000];

/** What a newcomer gets, who sets no WORKER_CONCURRENCY, against the same with the best one. */
export async function atDefaultConcurrency(stage: Stage, { recipients, rounds }: Rounds): Promise<Row> {
  const rates = new Map<number | null, number[]>([null, ...TRIED].map((concurrency) => [concurrency, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [concurrency, measured] of rates) {
      const worker = await stage.startWorker(concurrency ? { WORKER_CONCURRENCY: String(concurrency) } : {});
      await rateOf(stage, 'email', recipients / 4);
      measured.push(await rateOf(stage, 'email', recipients));
      await worker.stop();
    }
  }
  const of = (concurrency: number | null) => rates.get(concurrency) as number[];
  for (const concurrency of TRIED) console.log(`  WORKER_CONCURRENCY=${concurrency}: ${Math.round(median(of(concurrency)))} recipients/s`);
  const [best] = TRIED.toSorted((one, other) => median(of(other)) - median(of(one))) as [number];
  return paired(
    {
      what: 'emails at the default WORKER_CONCURRENCY',
      unit: 'recipients/s',
      against: `the best of ${TRIED.length}: ${best}`,
      wanted: { least: 0.9 },
    },
    of(null).map((ours, round) => ({ ours, theirs: of(best)[round] as number })),
  );
}
