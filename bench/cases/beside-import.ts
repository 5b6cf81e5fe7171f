import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { callApi } from '../stage/api.ts';
import { paired, type Row } from '../stage/figures.ts';
import type { Stage } from '../stage/stage.ts';
import { type Rounds, rateOf, sending } from './throughput.ts';

const BYTES_PER_S = 1_000_000;
const CHUNK_BYTES = 50_000;
const HEAD_START_MS = 1_000;

/** How fast an email campaign is sent while somebody uploads a contact list over a slow line, against alone. */
export async function besideImport(stage: Stage, { recipients, rounds }: Rounds): Promise<Row> {
  const worker = await stage.startWorker(sending);
  await rateOf(stage, 'email', recipients / 4);
  const pairs: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const theirs = await rateOf(stage, 'email', recipients);
    const upload = await startUpload(stage);
    await delay(HEAD_START_MS);
    const ours = await rateOf(stage, 'email', recipients);
    const rows = await upload.end();
    pairs.push({ theirs, ours });
    console.log(`  ${Math.round(recipients / ours)} s beside ${rows.toLocaleString('en')} rows`);
  }
  await worker.stop();
  const what = 'emails beside an import at 1 MB/s';
  return paired({ what, unit: 'recipients/s', against: 'alone', wanted: { least: 0.9 } }, pairs);
}

/** An import that goes on until it is told to end, which answers how many rows it took. */
async function startUpload(stage: Stage): Promise<{ end(): Promise<number> }> {
  const json = JSON.stringify({ name: 'Upload', channel: 'email' });
  const { id } = await callApi<{ id: number }>(stage, 'POST', '/campaigns', { type: 'application/json', content: json });
  const line = new AbortController();
  const content = Readable.from(slowly(line.signal));
  const answer = callApi<{ accepted: number }>(stage, 'POST', `/campaigns/${id}/recipients`, { type: 'text/csv', content });
  let over = false;
  const settled = answer.finally(() => {
    over = true;
  });
  settled.catch(() => {});
  return {
    async end() {
      if (over && !line.signal.aborted) await settled.then(() => Promise.reject(new Error('the import ended before the campaign')));
      line.abort();
      return (await settled).accepted;
    },
  };
}

/** A contact list as a slow line brings it. */
async function* slowly(end: AbortSignal): AsyncGenerator<string> {
  yield 'email,first_name,last_name\n';
  const began = performance.now();
  for (let [n, bytes] = [0, 0]; !end.aborted; ) {
    let chunk = '';
    for (; chunk.length < CHUNK_BYTES; n++) chunk += `contact${n}@uploaded${n % 500}.test,First${n % 700},Last${n}\n`;
    bytes += chunk.length;
    yield chunk;
    await delay(Math.max(0, (bytes / BYTES_PER_S) * 1_000 - (performance.now() - began)));
  }
}
