import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CampaignProgress } from '#app/domain/campaigns/campaign.ts';
import { applyProgress, applyProgressToList, applySnapshot, liveCampaign } from '#app/realtime/live-campaign.ts';
import { sampleCampaign } from './sample.ts';

function progress(change: Partial<CampaignProgress>): CampaignProgress {
  const {
    id,
    status,
    total,
    pending,
    queued,
    sending,
    retrying,
    unknown,
    sent,
    failed,
    suppressed,
    cancelled,
    delivered,
    bounced,
    unsubscribed,
    complained,
  } = sampleCampaign();
  const counters = {
    total,
    pending,
    queued,
    sending,
    retrying,
    unknown,
    sent,
    failed,
    suppressed,
    cancelled,
    delivered,
    bounced,
    unsubscribed,
    complained,
  };
  const hold = { hold_until: null, hold_reason: null };
  return { id, status, ...counters, ...hold, version: 2, revision: 1, since: 1, server_time: '2026-03-01T12:00:01.000Z', ...change };
}

describe('progress of a campaign', () => {
  test('a newer event replaces the counters and keeps the rest', () => {
    const state = applyProgress(liveCampaign(sampleCampaign()), progress({ sent: 40, pending: 60 }));
    expect(state.campaign).toMatchObject({ sent: 40, pending: 60, version: 2, name: 'Spring launch' });
    expect(state.stale).toBe(false);
    expect(state.campaign).not.toHaveProperty('server_time');
  });

  test('events up to the snapshot are ignored', () => {
    const state = liveCampaign(sampleCampaign({ version: 10, sent: 50, pending: 50 }));
    expect(applyProgress(state, progress({ version: 10, since: 9, sent: 40, pending: 60 }))).toBe(state);
  });

  test('an event that follows one never seen asks for a snapshot', () => {
    const state = liveCampaign(sampleCampaign({ version: 10 }));
    expect(applyProgress(state, progress({ version: 14, since: 10 })).stale).toBe(false);
    expect(applyProgress(state, progress({ version: 14, since: 11 })).stale).toBe(true);
  });

  test('the end of a campaign asks for its times and reasons', () => {
    expect(applyProgress(liveCampaign(sampleCampaign()), progress({ status: 'SENT', sent: 100, pending: 0 })).stale).toBe(true);
  });

  test('an event of another campaign changes nothing', () => {
    const state = liveCampaign(sampleCampaign());
    expect(applyProgress(state, progress({ id: 8, sent: 99 }))).toBe(state);
  });

  test('whatever is lost, what is shown is the server’s state, or a snapshot is being asked for', () => {
    const step = fc.record({
      sent: fc.integer({ min: 0, max: 5 }),
      lost: fc.boolean(),
      snapshot: fc.constantFrom('none', 'fresh', 'late') as fc.Arbitrary<'none' | 'fresh' | 'late'>,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let server = sampleCampaign({ total: 1000, pending: 1000 });
        let emitted = server.version;
        let client = liveCampaign(server);
        let connected = true;
        for (const { sent, lost, snapshot } of steps) {
          const before = server;
          server = { ...server, sent: server.sent + sent, pending: server.pending - sent, version: server.version + 1 };
          const event = progress({ ...server, since: emitted });
          emitted = server.version;
          if (lost) connected = false;
          else client = applyProgress(client, event);
          if (snapshot === 'none') continue;
          // A late answer was read before the newest event; the room delivers everything after a join.
          if (snapshot === 'late' && !connected) continue;
          client = applySnapshot(client, snapshot === 'late' ? before : server);
          connected = true;
        }
        if (connected) expect(client.campaign).toEqual(server);
        const heard = applyProgress(client, progress({ ...server, version: server.version + 1, since: emitted }));
        expect(heard.stale || client.campaign.version === emitted).toBe(true);
        expect(applySnapshot(heard, { ...server, version: server.version + 1 }).stale).toBe(false);
      }),
    );
  });
});

describe('progress in the list', () => {
  const list = [sampleCampaign(), sampleCampaign({ id: 8, name: 'Renewals' })];

  test('the row changes in its place', () => {
    const next = applyProgressToList(list, progress({ id: 8, sent: 3, pending: 97 }));
    expect(next.list.map((c) => [c.id, c.sent])).toEqual([
      [7, 0],
      [8, 3],
    ]);
    expect(next.stale).toBe(false);
  });

  test('a campaign that is not shown changes nothing; a new status asks for its times', () => {
    expect(applyProgressToList(list, progress({ id: 99 })).list).toBe(list);
    expect(applyProgressToList(list, progress({ status: 'PAUSED' })).stale).toBe(true);
  });
});
