import { setTimeout as delay } from 'node:timers/promises';
import { callApi } from '../stage/api.ts';
import { draft } from '../stage/campaigns.ts';
import { paired, type Row } from '../stage/figures.ts';
import type { Stage } from '../stage/stage.ts';
import { limitOf, type Rounds, rateOf, sending } from './throughput.ts';

const POLL_MS = 20;

/** Emails as their sender sees them: from asking for the send to the answer that the campaign has ended, against the bare loop. */
export async function fromOutside(stage: Stage, { recipients, rounds }: Rounds): Promise<Row> {
  const worker = await stage.startWorker(sending);
  await rateOf(stage, 'email', recipients / 4);
  const pairs: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const theirs = await limitOf(stage, 'email', recipients);
    const id = await draft(stage, 'email', recipients);
    pairs.push({ theirs, ours: recipients / (await secondsToEnd(stage, id)) });
  }
  await worker.stop();
  const what = 'emails, from asking to the answer that they are sent';
  return paired({ what, unit: 'recipients/s', against: 'bare HTTP loop', wanted: { least: 0.3 } }, pairs);
}

async function secondsToEnd(stage: Stage, id: number): Promise<number> {
  const began = performance.now();
  let { status } = await callApi<{ status: string }>(stage, 'POST', `/campaigns/${id}/send`);
  while (status === 'SENDING') {
    await delay(POLL_MS);
    ({ status } = await callApi<{ status: string }>(stage, 'GET', `/campaigns/${id}`));
  }
  if (status !== 'SENT') throw new Error(`campaign ${id} ended as ${status}`);
  return (performance.now() - began) / 1_000;
}
