import { describe, expect, test } from 'vitest';
import { ApprovalPage, Changed } from '#app/components/approval/approval-page.tsx';
import { type ApprovalView, isAnother, nameOfVersion, shownOf } from '#app/components/approval/shown-version.ts';
import type { ApprovalJson, StoredApproval } from '#app/domain/campaigns/approval.ts';
import { approvalJson } from '#app/domain/campaigns/approval.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { rendered } from '#tests/support/rendered.tsx';
import { sampleCampaign } from '#tests/unit/realtime/sample.ts';

function view(approval: Partial<StoredApproval>, campaign: Partial<CampaignJson> = {}, more: Partial<ApprovalView> = {}): ApprovalView {
  const stored: StoredApproval = {
    ...({ state: 'waiting', hash: 'a'.repeat(64), revision: 3, people: 100, sender: 'news@example.com', asked_by: 'Ana' } as const),
    ...{ asked_by_id: null, asked_at: '2026-03-01T12:00:00.000Z', scheduled_at: null, time_zone: null, send: true, ...approval },
  };
  return {
    ...{ campaign: sampleCampaign({ status: 'DRAFT', started_at: null, ...campaign }), sample: ['one@example.test'], suppressed: 0 },
    approval: approvalJson(stored, { people: 10 }, true) as ApprovalJson,
    ...{ warnings: [], mayNot: null, own: false, refused: null, ...more },
  };
}

describe('who looks sees one version until they ask for another', () => {
  const first = view({}, { subject: 'Old' });

  test.each<[string, ApprovalView]>([
    ['another content', view({ hash: 'b'.repeat(64), revision: 4 }, { subject: 'New', total: 7 }, { sample: ['two@example.test'] })],
    ['the same again, with another one between them', view({ revision: 5 }, { subject: 'New' }, { sample: ['two@example.test'] })],
  ])('%s is asked for meanwhile', (_, loaded) => {
    expect(isAnother(first.approval, loaded.approval)).toBe(true);
    const shown = shownOf(first, loaded);
    expect(shown).toMatchObject({ sample: ['one@example.test'], approval: { hash: first.approval.hash, revision: 3, state: 'waiting' } });
    expect(shown.campaign).toMatchObject({ subject: 'Old', total: 100 });
    // The frame with the message is another one for each.
    expect(nameOfVersion(shown.approval)).not.toBe(nameOfVersion(loaded.approval));
    expect(shownOf(loaded, loaded)).toEqual(loaded);
  });

  test('what becomes of it is told beside what they saw', () => {
    const refused = { title: 'It is not approved', detail: 'Ana changed the subject.' };
    const loaded = view({ state: 'withdrawn', withdrawn_why: 'changed' }, { subject: 'New' }, { refused, mayNot: 'No.' });
    expect(shownOf(first, loaded)).toMatchObject({
      approval: { state: 'withdrawn' },
      campaign: { subject: 'Old' },
      refused,
      mayNot: 'No.',
    });
  });

  test('the form says which version it decides, and what takes its place says why', async () => {
    const { html } = await rendered(<ApprovalPage {...first} />);
    expect(html).toContain(`name="hash" value="${'a'.repeat(64)}"`);
    expect(html).toContain('name="revision" value="3"');
    expect((await rendered(<Changed onShow={() => {}} />)).words).toMatch(/It changed while you looked .* Show it as it is now/);
  });
});

test.each<[string, Partial<CampaignJson>]>([
  ['It went out as it was approved.', { status: 'SENT', started_at: '2026-03-01T12:10:00.000Z' }],
  ['It was cancelled before it went out.', { status: 'CANCELLED' }],
  ['It began to go out as it was approved, and was cancelled then.', { status: 'CANCELLED', started_at: '2026-03-01T12:10:00.000Z' }],
  ['Ana can send it now.', { status: 'DRAFT' }],
])('of what was approved: %s', async (words, campaign) => {
  const approved = { state: 'approved', approved_by: 'Ben', approved_at: '2026-03-01T12:05:00.000Z' } as const;
  expect((await rendered(<ApprovalPage {...view(approved, campaign)} />)).words).toContain(words);
});
