import { draft, send } from '../stage/campaigns.ts';
import { paired, type Row } from '../stage/figures.ts';
import { peakMemoryMb } from '../stage/processes.ts';
import type { Stage } from '../stage/stage.ts';
import { IN_FLIGHT } from './throughput.ts';

/** What a recipient costs, and how much memory the worker needs, in a large campaign against small ones. */
export async function growth(stage: Stage, { small, large }: { small: number; large: number }): Promise<Row[]> {
  const figures = [];
  for (const count of [small, large]) {
    const worker = await stage.startWorker({ WORKER_CONCURRENCY: String(IN_FLIGHT) });
    await send(stage, await draft(stage, 'email', small));
    const times: number[] = [];
    // The small ones several times, for a figure as steady as that of the large one.
    for (let round = 0; round < (count === small ? 5 : 1); round++) {
      const id = await draft(stage, 'email', count);
      times.push((1e6 * (await send(stage, id, 3_600_000))) / count);
    }
    const microseconds = times.sort((a, b) => a - b)[times.length >> 1] as number;
    figures.push({ microseconds, memory: peakMemoryMb(worker.pid) });
    await worker.stop();
  }
  const [less, more] = figures as [(typeof figures)[0], (typeof figures)[0]];
  const against = `${small.toLocaleString('en')} recipients`;
  const what = (name: string) => `${name} at ${large.toLocaleString('en')}`;
  return [
    paired({ what: what('cost of a recipient'), unit: 'µs', against, wanted: { most: 1.15 } }, [
      { ours: more.microseconds, theirs: less.microseconds },
    ]),
    paired({ what: what('worker memory'), unit: 'MB', against, wanted: { most: 1.1 } }, [
      { ours: more.memory ?? Number.NaN, theirs: less.memory ?? Number.NaN },
    ]),
  ];
}
