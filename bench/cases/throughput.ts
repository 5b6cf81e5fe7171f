import type { Channel } from '#app/domain/channel.ts';
import { draft, send } from '../stage/campaigns.ts';
import { paired, type Row } from '../stage/figures.ts';
import type { LimitInput } from '../stage/limit-loop.ts';
import { runAlone } from '../stage/processes.ts';
import type { Stage } from '../stage/stage.ts';
import { runCelery } from './celery.ts';

/** In flight at once, for the limit and for us. */
export const IN_FLIGHT = 300;
const sending = { WORKER_CONCURRENCY: String(IN_FLIGHT) };

export interface Rounds {
  recipients: number;
  rounds: number;
}

const limitOf = async (stage: Stage, channel: Channel, count: number) => {
  const input: LimitInput = { channel, providerUrl: stage.providerUrl, count, inFlight: IN_FLIGHT };
  return (await runAlone<{ perSecond: number }>('limit-loop.ts', input)).perSecond;
};

/** Recipients/s of one campaign, from its start to its end. */
const rateOf = async (stage: Stage, channel: Channel, count: number) => count / (await send(stage, await draft(stage, channel, count)));

/** One call a recipient through the provider's SDK, ledger and live updates on, against the bare loop. */
export async function againstLimit(stage: Stage, channel: Channel, { recipients, rounds }: Rounds): Promise<Row> {
  const worker = await stage.startWorker(sending);
  await rateOf(stage, channel, recipients / 4);
  const pairs: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const theirs = await limitOf(stage, channel, recipients);
    pairs.push({ theirs, ours: await rateOf(stage, channel, recipients) });
  }
  await worker.stop();
  const [name, least] = channel === 'email' ? ['emails', 0.25] : ['texts', 0.22];
  return paired({ what: `${name}, one call each`, unit: 'recipients/s', against: 'bare HTTP loop', wanted: { least } }, pairs);
}

/** The same emails as Celery sends them. */
export async function againstCelery(stage: Stage, { recipients, rounds }: Rounds): Promise<Row> {
  const wanted = { what: 'emails, one call each', unit: 'recipients/s', against: 'Celery', wanted: { least: 12 } };
  const worker = await stage.startWorker(sending);
  await rateOf(stage, 'email', recipients / 4);
  const pairs: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    // So many that it takes as long as ours do.
    const peer = await runCelery(stage, Math.ceil(recipients / 10));
    if (typeof peer === 'string') {
      await worker.stop();
      return { ...wanted, ours: await rateOf(stage, 'email', recipients), theirs: null, rounds: [], missing: peer };
    }
    pairs.push({ theirs: peer.recipients_per_s, ours: await rateOf(stage, 'email', recipients) });
  }
  await worker.stop();
  return paired(wanted, pairs);
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
