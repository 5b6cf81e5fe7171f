import { once } from 'node:events';
import pg from 'pg';
import { createApiKey } from '#app/domain/access/api-keys.server.ts';
import { draft, send } from '../stage/campaigns.ts';
import { alone, percentile, type Row } from '../stage/figures.ts';
import { startAlone } from '../stage/processes.ts';
import type { Stage } from '../stage/stage.ts';
import type { Seen, WatchersInput } from '../stage/watchers.ts';
import { IN_FLIGHT } from './throughput.ts';

/** Below what one viewer may have open (socket-limits.server.ts). */
const WATCHERS_A_KEY = 90;

const now = () => performance.timeOrigin + performance.now();

/**
 * From a commit of the ledger to the event in the browser that tells it, with so many watchers, while a campaign is sent at full speed. A
 * connection that listens tells when each version was committed; an event tells all versions up to its own.
 */
export async function commitToEvent(stage: Stage, options: { recipients: number; watchers: number; rounds: number }): Promise<Row> {
  const worker = await stage.startWorker({ WORKER_CONCURRENCY: String(IN_FLIGHT) });
  await send(stage, await draft(stage, 'email', options.recipients / 4));
  const lags: number[] = [];
  for (let round = 0; round < options.rounds; round++) lags.push(percentile(await lagsOf(stage, options), 0.95));
  await worker.stop();
  const what = `ledger commit to browser event, ${options.watchers} watchers, 95th percentile`;
  return alone({ what, unit: 's', wanted: { most: 0.25 } }, lags);
}

/** s, for each version and watcher. */
async function lagsOf(stage: Stage, { recipients, watchers }: { recipients: number; watchers: number }): Promise<number[]> {
  const id = await draft(stage, 'email', recipients);
  const committed: Seen = [];
  const listener = new pg.Client({ connectionString: stage.databaseUrl });
  await listener.connect();
  listener.on('notification', ({ payload = '' }) => {
    const said = JSON.parse(payload) as { id: number; version: number };
    if (said.id === id) committed.push([said.version, now()]);
  });
  await listener.query('listen rollcall_campaign');

  const keys: string[] = [];
  while (keys.length * WATCHERS_A_KEY < watchers) {
    keys.push((await createApiKey(stage.db, { name: `watchers ${keys.length}`, role: 'admin', createdBy: null })).key);
  }
  const child = startAlone('watchers.ts');
  const input: WatchersInput = { url: stage.url, keys, campaignId: id, count: watchers };
  child.send({ input });
  const [first] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
  if (typeof first === 'number') throw new Error('The watchers could not connect.');
  await send(stage, id);
  // The last event is on its way.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  child.send({ stop: true });
  const [{ seen }] = (await once(child, 'message')) as [{ seen: Seen }];
  await listener.end();

  // Every watcher gets every event of its room: those of one version came together.
  const arrivals = new Map<number, number[]>();
  for (const [version, at] of seen) arrivals.set(version, [...(arrivals.get(version) ?? []), at]);
  const events = [...arrivals].sort(([a], [b]) => a - b);
  const lags: number[] = [];
  let next = 0;
  for (const [version, at] of committed.sort(([a], [b]) => a - b)) {
    while (next < events.length && (events[next] as [number, number[]])[0] < version) next++;
    for (const arrived of events[next]?.[1] ?? []) lags.push((arrived - at) / 1_000);
  }
  return lags;
}
