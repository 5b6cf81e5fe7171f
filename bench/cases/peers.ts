import { watchBodies } from '../stage/bodies.ts';
import { paired, type Row } from '../stage/figures.ts';
import { runPeer } from '../stage/peer.ts';
import type { Stage } from '../stage/stage.ts';
import { type Rounds, rateOf, sending } from './throughput.ts';

/** `share` of our recipients, so that a peer takes as long as we do. */
const peers = {
  celery: { name: 'Celery', least: 15, share: 1 / 10 },
  bullmq: { name: 'BullMQ', least: 4, share: 1 / 3 },
} as const;

/** The same emails as others send them: one job a recipient through Redis, state in PostgreSQL. */
export async function againstPeer(stage: Stage, folder: keyof typeof peers, { recipients, rounds }: Rounds): Promise<Row> {
  const { name, least, share } = peers[folder];
  const wanted = { what: 'emails, one call each', unit: 'recipients/s', against: name, wanted: { least } };
  const worker = await stage.startWorker(sending);
  await rateOf(stage, 'email', recipients / 4);
  const bodies = watchBodies(stage);
  const pairs: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const peer = await bodies.of(name, () => runPeer(stage, folder, Math.ceil(recipients * share)));
    const ours = await bodies.of('Rollcall', () => rateOf(stage, 'email', recipients));
    if (typeof peer === 'string') {
      await worker.stop();
      return { ...wanted, ours, theirs: null, rounds: [], missing: peer };
    }
    pairs.push({ theirs: peer.recipients_per_s, ours });
  }
  await worker.stop();
  bodies.compare();
  return paired(wanted, pairs);
}
