import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { CampaignProgress } from '#app/domain/campaigns/campaign.ts';
import type { RecipientsChanged } from '#app/realtime/events.ts';
import { createRelay } from '#app/realtime/relay.server.ts';

const counters = {
  total: 10,
  pending: 0,
  queued: 0,
  sending: 0,
  retrying: 0,
  unknown: 0,
  sent: 0,
  failed: 0,
  suppressed: 0,
  cancelled: 0,
  delivered: 0,
  bounced: 0,
  unsubscribed: 0,
  complained: 0,
  hold_until: null,
  hold_reason: null,
};
const notice = (id: number, version: number) => ({ id, version, revision: 1, status: 'SENDING' as const, ...counters, sent: version });

function collect() {
  const progress: CampaignProgress[] = [];
  const recipients: RecipientsChanged[] = [];
  const resynced: number[] = [];
  const relay = createRelay(
    { progress: (event) => progress.push(event), recipients: (event) => recipients.push(event), resync: (id) => resynced.push(id) },
    5,
  );
  return { relay, progress, recipients, resynced };
}

describe('the relay', () => {
  test('merges what comes together into one event that tells the newest', async () => {
    const { relay, progress, recipients } = collect();
    relay.campaign(notice(1, 7));
    relay.recipients({ id: 1, version: 7, rows: [[5, 'sending', 1, null, null]] });
    relay.campaign(notice(1, 8));
    relay.recipients({
      id: 1,
      version: 8,
      rows: [
        [5, 'retrying', 1, 1_700_000_000_000, 'rate_limited'],
        [6, 'sent', 1, null, null, 'delivered'],
      ],
    });
    await vi.waitFor(() => expect(progress).toHaveLength(1));
    expect(progress[0]).toMatchObject({ id: 1, version: 8, since: 6, sent: 8 });
    expect(recipients).toEqual([
      {
        campaign_id: 1,
        version: 8,
        since: 6,
        recipients: [
          {
            id: 5,
            status: 'retrying',
            attempts: 1,
            next_attempt_at: '2023-11-14T22:13:20.000Z',
            failure_code: 'rate_limited',
            delivery: null,
          },
          { id: 6, status: 'sent', attempts: 1, next_attempt_at: null, failure_code: null, delivery: 'delivered' },
        ],
      },
    ]);
  });

  test('chains events by since, so that a client can tell a gap', async () => {
    const { relay, progress } = collect();
    for (let version = 1; version <= 4; version++) {
      relay.campaign(notice(1, version));
      await vi.waitFor(() => expect(progress.at(-1)?.version).toBe(version));
    }
    expect(progress.map(({ since }) => since)).toEqual([0, 1, 2, 3]);
  });

  test('asks for a resync where a notice is missing', () => {
    const { relay, resynced } = collect();
    relay.campaign(notice(1, 3));
    relay.campaign(notice(1, 5));
    expect(resynced).toEqual([1]);
    relay.stop();
  });

  test('says "many" instead of listing the rows of a bulk move', async () => {
    const { relay, recipients } = collect();
    relay.recipients({ id: 1, version: 3, many: true });
    await vi.waitFor(() => expect(recipients).toHaveLength(1));
    expect(recipients[0]).toMatchObject({ many: true, recipients: [] });
  });

  test('ends at the newest numbers, whatever the order of campaigns', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 40 }), async (order) => {
        const { relay, progress, resynced } = collect();
        const versions = new Map<number, number>();
        for (const id of order) {
          versions.set(id, (versions.get(id) ?? 0) + 1);
          relay.campaign(notice(id, versions.get(id) as number));
        }
        await vi.waitFor(
          () => {
            for (const [id, version] of versions) expect(progress.filter((event) => event.id === id).at(-1)?.version).toBe(version);
          },
          { interval: 5 },
        );
        expect(resynced).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});
