import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '#db/database.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { type Sending, startSending } from '#tests/support/sending.ts';

let own: TestDatabase;
let sending: Sending;
beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending({ ...own, db: losing(own.db, ['claim_recipients', 'record_outcomes']) }, { SEND_TIMEOUT_MS: '60000' });
});
afterAll(async () => {
  await sending.stop();
  await own.drop();
});

/** The same database on a bad line: every second answer to these statements is lost after they were committed. */
function losing(db: Database, names: string[]): Database {
  const runs = new Map(names.map((name) => [name, 0]));
  const pool = new Proxy(db.pool, {
    get(target, key) {
      if (key !== 'query') return Reflect.get(target, key, target);
      return async (config: { name?: string }, ...rest: unknown[]) => {
        const answer = await (target.query as (...all: unknown[]) => Promise<unknown>)(config, ...rest);
        const run = runs.get(config.name ?? '');
        if (run === undefined) return answer;
        runs.set(config.name as string, run + 1);
        if (run % 2 === 0) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
        return answer;
      };
    },
  });
  return { ...db, pool };
}

test('where the answers to claims and outcomes are lost, everybody is sent to once and nothing is unknown', async () => {
  const id = await draftCampaign(own.db, { addresses: numbered(1_000, 'lost.test') });
  await sending.send(id);
  expect(await sending.untilEnded(id)).toBe('SENT');
  const { rows } = await own.db.pool.query('select count(*)::int as attempts from attempts where campaign_id = $1', [id]);
  expect(rows).toEqual([{ attempts: 1_000 }]);
  expect(await sending.sandbox.stats()).toMatchObject({ requests: 1_000, accepted: 1_000, doubled: [] });
  expect(await counterDrift(own.db)).toEqual([]);
});
