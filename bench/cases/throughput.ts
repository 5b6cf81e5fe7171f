import type { Channel } from '#app/domain/channel.ts';
import { watchBodies } from '../stage/bodies.ts';
import { draft, send } from '../stage/campaigns.ts';
import { paired, type Row } from '../stage/figures.ts';
import type { LimitInput } from '../stage/limit-loop.ts';
import { runAlone } from '../stage/processes.ts';
import type { Stage } from '../stage/stage.ts';

/** In flight at once, for the limit and for us. */
export const IN_FLIGHT = 300;
export const sending = { WORKER_CONCURRENCY: String(IN_FLIGHT) };

export interface Rounds {
  recipients: number;
  rounds: number;
}

export async function limitOf(stage: Stage, channel: Channel, count: number): Promise<number> {
  const input: LimitInput = { channel, providerUrl: stage.providerUrl, count, inFlight: IN_FLIGHT };
  return (await runAlone<{ perSecond: number }>('limit-loop.ts', input)).perSecond;
}

/** Recipients/s of one campaign, from its start to its end. */
export const rateOf = async (stage: Stage, channel: Channel, count: number) =>
  count / (await send(stage, await draft(stage, channel, count)));

/** One call a recipient through the provider's SDK, ledger and live updates on, against the bare loop. */
export async function againstLimit(stage: Stage, channel: Channel, { recipients, rounds }: Rounds): Promise<Row> {
  const worker = await stage.startWorker(sending);
  await rateOf(stage, channel, recipients / 4);
  const bodies = watchBodies(stage);
  const pairs: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const theirs = await bodies.of('the bare loop', () => limitOf(stage, channel, recipients));
    pairs.push({ theirs, ours: await bodies.of('Rollcall', () => rateOf(stage, channel, recipients)) });
  }
  await worker.stop();
  bodies.compare();
  const [name, least] = channel === 'email' ? ['emails', 0.36] : ['texts', 0.38];
  return paired({ what: `${name}, one call each`, unit: 'recipients/s', against: 'bare HTTP loop', wanted: { least } }, pairs);
}

/** Emails that share calls against emails with a call each. */
export async function sharedAgainstSingle(stage: Stage, { recipients, rounds }: Rounds): Promise<Row> {
  const pairs: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const rates: number[] = [];
    for (const settings of [sending, { EMAIL_BATCH_SIZE: '100' }]) {
      const worker = await stage.startWorker(settings);
      await rateOf(stage, 'email', recipients / 4);
      rates.push(await rateOf(stage, 'email', recipients));
      await worker.stop();
    }
    pairs.push({ theirs: rates[0] as number, ours: rates[1] as number });
  }
  return paired({ what: 'emails, 100 a call', unit: 'recipients/s', against: 'one call each', wanted: { least: 2 } }, pairs);
}
