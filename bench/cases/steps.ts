import { parseContent } from '#app/domain/content/parse-content.ts';
import { renderMessage } from '#app/domain/content/render-message.ts';
import { createProviders } from '#app/providers/providers.server.ts';
import type { Claim } from '#db/ledger/claim.ts';
import { claimChunk } from '#db/ledger/claim-chunk.ts';
import type { Outcome } from '#db/ledger/settle.ts';
import { recordOutcomes } from '#db/ledger/settle.ts';
import { sandboxSendgridApiKey } from '#sandbox/credentials.ts';
import { draft, message } from '../stage/campaigns.ts';
import { median } from '../stage/figures.ts';
import { runAlone } from '../stage/processes.ts';
import type { Stage } from '../stage/stage.ts';

export interface Step {
  step: string;
  /** µs a recipient, one statement or call after the other: what a step takes, not what it holds up. */
  microseconds: number;
}

const BATCH = 200;

/** What each step of one recipient's way costs when nothing else runs. */
export async function steps(stage: Stage, batches = 100): Promise<Step[]> {
  const { pool } = stage.db;
  const id = await draft(stage, 'email', (batches + 10) * BATCH);
  await pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
  const times: Record<'claim' | 'outcome', number[]> = { claim: [], outcome: [] };
  const timed = async <T>(name: keyof typeof times, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    times[name].push(((performance.now() - started) * 1_000) / BATCH);
    return result;
  };
  for (let batch = 0, after = 0; batch < batches; batch++) {
    const { claims, last } = await timed('claim', () => claimChunk(pool, { campaignId: id, after, count: BATCH, workerId: null }));
    after = last;
    await timed('outcome', () => recordOutcomes(pool, claims.map(accepted)));
  }
  return [
    { step: 'claim, with its trigger', microseconds: median(times.claim) },
    { step: `of which trigger: counters, version, NOTIFY`, microseconds: await triggerShare(stage, id) },
    { step: 'render', microseconds: renderCost() },
    { step: 'SDK and transport, answered at once', microseconds: await sdkCost(stage) },
    { step: 'of which a bare HTTP call', microseconds: 1e6 / (await bareRate(stage)) },
    { step: 'outcome, attempt and their triggers', microseconds: median(times.outcome) },
  ];
}

const accepted = ({ campaignId, recipientId, attemptId }: Claim): Outcome => ({
  campaignId,
  recipientId,
  attemptId,
  outcome: 'accepted',
  status: 'sent',
  delayS: null,
  refund: false,
  failureCode: null,
  reason: null,
  httpStatus: 202,
  providerCode: null,
  retryAfterS: null,
  providerMessageId: `m${recipientId}`,
});

/** As EXPLAIN tells it, for an update of as many rows as a claim has. */
async function triggerShare({ db }: Stage, id: number): Promise<number> {
  const client = await db.pool.connect();
  const times: number[] = [];
  try {
    for (let round = 0; round < 30; round++) {
      await client.query('begin');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain (analyze) update recipients set changed_at = now(), status = 'failed', failed_at = now(), failure_code = 'timeout'
         where campaign_id = $1 and id in (select id from recipients where campaign_id = $1 and status = 'sent' order by id limit ${BATCH})`,
        [id],
      );
      await client.query('rollback');
      const line = rows.map((row) => /^Trigger recipients_updated: time=([\d.]+)/.exec(row['QUERY PLAN'])?.[1]).find(Boolean);
      if (line) times.push((Number(line) * 1_000) / BATCH);
    }
  } finally {
    client.release();
  }
  return median(times);
}

function renderCost(): number {
  const content = parseContent({ channel: 'email', ...message, variables: ['first_name'] });
  const recipient = { address: 'ann@example.test', variables: { first_name: 'Ann' }, unsubscribeUrl: 'http://localhost/u/1' };
  const count = 50_000;
  const started = performance.now();
  for (let i = 0; i < count; i++) renderMessage(content, recipient);
  return ((performance.now() - started) * 1_000) / count;
}

async function sdkCost({ providerUrl }: Stage): Promise<number> {
  const providers = createProviders({
    baseUrl: 'http://localhost',
    sendTimeoutMs: 10_000,
    sendgridApiKey: sandboxSendgridApiKey,
    sendgridBaseUrl: providerUrl,
    twilioBaseUrl: providerUrl,
  });
  const count = 20_000;
  let next = 0;
  const one = async () => {
    while (next < count) {
      const id = next++;
      const ids = { campaignId: 1, recipientId: id, round: 0, attemptId: id };
      await providers.email?.send({ ...ids, to: `person${id}@example.test`, from: 'news@sender.test', ...message });
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: 100 }, one));
  const microseconds = ((performance.now() - started) * 1_000) / count;
  await providers.close();
  return microseconds;
}

async function bareRate({ providerUrl }: Stage): Promise<number> {
  const input = { channel: 'email', providerUrl, count: 20_000, inFlight: 100 };
  return (await runAlone<{ perSecond: number }>('limit-loop.ts', input)).perSecond;
}
