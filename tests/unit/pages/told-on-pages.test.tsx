import { describe, expect, test } from 'vitest';
import { CampaignNotice } from '#app/components/campaign/campaign-notice.tsx';
import { FailureReasons } from '#app/components/campaign/failure-reasons.tsx';
import { LiveSummary } from '#app/components/campaign/live-summary.tsx';
import { ProgressHero } from '#app/components/campaign/progress-hero.tsx';
import { tabTitle } from '#app/components/campaign/tab-title.ts';
import { offersUrl } from '#app/components/campaign-message/use-recipient-choice.ts';
import { ImportList } from '#app/components/editor/import-list.tsx';
import { ImportResult } from '#app/components/editor/import-result.tsx';
import { NameField } from '#app/components/editor/name-field.tsx';
import { PreviewTable } from '#app/components/editor/preview-table.tsx';
import { ReviewSummary } from '#app/components/editor/review-section.tsx';
import { RunningImports } from '#app/components/editor/running-imports.tsx';
import { SettingsSection } from '#app/components/editor/settings-section.tsx';
import { TestSent } from '#app/components/editor/test-send.tsx';
import type { Autosave } from '#app/components/editor/use-autosave.ts';
import { numberWords } from '#app/components/number.tsx';
import { RecipientActions } from '#app/components/recipient-actions/recipient-actions.tsx';
import { attemptName } from '#app/components/recipient-story/attempt-words.ts';
import { StateCard } from '#app/components/recipient-story/state-card.tsx';
import { LedgerTabs } from '#app/components/recipients/ledger-tabs.tsx';
import { RetryBar } from '#app/components/retry/retry-bar.tsx';
import { RetryForm } from '#app/components/retry/retry-form.tsx';
import { ImportAnswer } from '#app/components/suppressions/import-answer.tsx';
import { previewRetry } from '#app/domain/campaigns/retry-rules.ts';
import type { ImportRecord, RunningImport } from '#app/domain/contacts/import-record.ts';
import type { ImportReport } from '#app/domain/contacts/import-report.ts';
import { frameStyle } from '#app/domain/content/frame-style.ts';
import { wholeLedger } from '#app/domain/recipients/ledger-filter.ts';
import { rendered } from '#tests/support/rendered.tsx';
import { sampleCampaign, sampleRecipient } from '#tests/unit/realtime/sample.ts';

const now = '2026-03-01T12:30:00.000Z';
const path = '/campaigns/7';

describe('a campaign that is sent', () => {
  const summary = (change: Parameters<typeof sampleCampaign>[0], perSecond: number | null = null) =>
    rendered(
      <LiveSummary
        campaign={sampleCampaign({ pending: 0, ...change })}
        sendingMs={180_000}
        pace={perSecond === null ? null : { perSecond, secondsLeft: null }}
        now={now}
      />,
    );

  test.each([
    ['retry round 2 of 3 is running', { retry_count: 2, sending: 4 }, null],
    ['only retries are left', { retrying: 3 }, 0],
    ['only unknown outcomes are left', { unknown: 5 }, 0],
    ['only retries and unknown outcomes are left', { retrying: 1, unknown: 5 }, 0],
    ['after 3 min 00 s of sending', { status: 'SENT', finished_at: '2026-03-01T12:03:00.000Z' }, null],
  ] as const)('says: %s', async (words, change, pace) => {
    expect((await summary(change, pace)).words).toContain(words);
  });

  test('says nothing of a pace that is not known, nor of a round where there is none', async () => {
    expect((await summary({ sending: 4 })).words).not.toMatch(/second|left|round/);
  });

  test('names the share in its title as on its page', () => {
    const { percent } = numberWords('en-US');
    expect(tabTitle(sampleCampaign({ total: 1_000, sent: 951 }), percent)).toBe('95.1% · Spring launch · Rollcall');
    expect(tabTitle(sampleCampaign({ status: 'PARTIALLY_SENT' }), percent)).toBe('Partially sent · Spring launch · Rollcall');
  });

  test('never has more delivered than sent, and tells who left or complained', async () => {
    const campaign = sampleCampaign({ total: 740, pending: 0, sent: 735, delivered: 739, bounced: 1, complained: 2, unsubscribed: 3 });
    const { words, html } = await rendered(<ProgressHero campaign={campaign} />);
    expect(words).toContain('Of 735 sent, 734 delivered, 1 bounced, 2 complained, 3 unsubscribed');
    expect(html).toContain('delivery=complained');
    // Who may not see people is led to nobody.
    const numbers = await rendered(<ProgressHero campaign={campaign} />, 'analyst', ['people:read']);
    expect([numbers.words, numbers.html.includes('delivery=')]).toEqual([words, false]);
    const tabs = await rendered(<LedgerTabs filter={wholeLedger} counters={campaign} ended path={path} />);
    expect(tabs.words).toMatch(/Bounced 1 .*Complained 2 .*Unsubscribed 3/);
  });
});

describe('why recipients failed', () => {
  const card = (counts: number[], failed: number) =>
    rendered(
      <FailureReasons
        reasons={counts.map((count, i) => ({ code: `code_${i}`, label: `Reason ${i}`, count }))}
        failed={failed}
        path={path}
        none="The reasons appear here in a moment."
      />,
    );

  test('shows every reason, however many there are', async () => {
    const { words } = await card([9, 8, 7, 6, 5, 4, 3], 42);
    for (let i = 0; i < 7; i++) expect(words).toContain(`Reason ${i}`);
    expect(words).not.toContain('in a moment');
  });

  test('adds up to the counter beside it, which may be newer', async () => {
    expect((await card([12, 8], 34)).words).toContain('The 14 reasons of the latest failures appear here in a moment.');
    expect((await card([12, 8], 3)).words).not.toContain('Reason 0');
  });
});

describe('the end of a campaign', () => {
  const notice = (change: Parameters<typeof sampleCampaign>[0]) =>
    rendered(
      <CampaignNotice
        campaign={sampleCampaign({ pending: 0, ...change })}
        reasons={[{ code: 'timeout', label: '', count: 2 }]}
        path={path}
      />,
    );

  test.each([
    ['All 5 sent', { total: 5, sent: 5 }],
    ['All 4 messages sent', { total: 5, sent: 4, suppressed: 1 }],
    ['The message was sent', { total: 2, sent: 1, suppressed: 1 }],
    ['Nobody was sent to', { total: 2, sent: 0, suppressed: 2 }],
  ])('that reached all whom it might: %s', async (words, change) => {
    expect((await notice({ status: 'SENT', pending: 0, ...change })).words).toContain(words);
  });

  test('that was cancelled adds up to everybody', async () => {
    const counts = { sent: 40, failed: 3, unknown: 2, suppressed: 4, cancelled: 51 };
    const { words } = await notice({ status: 'CANCELLED', total: 100, ...counts });
    const numbers = [...words.matchAll(/\d+/g)].map(([number]) => Number(number));
    expect(numbers.reduce((sum, n) => sum + n, 0)).toBe(100);
  });

  test('that stopped says who still waits, tried before or not', async () => {
    const { words } = await notice({ status: 'FAILED', failure_code: 'out_of_credits', pending: 8, failed: 0 });
    expect(words).toContain('8 recipients still wait to be sent to');
    expect(words).not.toContain('tried');
  });
});

describe('a retry', () => {
  const reasons = [
    { code: 'provider_error', label: 'Provider had an error', count: 10 },
    { code: 'outcome_unknown', label: 'Outcome unknown', count: 7 },
  ];

  test.each(['hold', 'resend'] as const)('keeps those who may have the message apart, by the policy %s', async (policy) => {
    const preview = previewRetry(reasons, 0, 0, policy, { retries_left: 3, retry_until: null });
    const { html, words } = await rendered(<RetryForm preview={preview} provider="SendGrid" path={path} />);
    expect(words).toMatch(/Sent to again .*10.*May have arrived .*would get it twice/);
    expect(words).toContain('Nobody whose message SendGrid accepted gets it again.');
    expect(/<input[^>]*value="outcome_unknown"[^>]*>/.exec(html)?.[0].includes('checked')).toBe(policy === 'resend');
  });

  test('says before that a choice of some costs a whole round', async () => {
    const preview = previewRetry(reasons, 0, 0, 'hold', { retries_left: 2, retry_until: null });
    const { words } = await rendered(<RetryForm preview={preview} provider="SendGrid" path={path} />);
    expect(words).toContain('Uses 1 of 2 retry rounds left, whoever you choose.');
  });

  test('that is used up offers a clone for those who were not reached', async () => {
    const campaign = sampleCampaign({
      ...{ status: 'PARTIALLY_SENT', pending: 0, sent: 83, failed: 17, retry_count: 3, retries_left: 0 },
      ...{ failed_at: now, retry_until: '2026-03-02T12:30:00.000Z' },
    });
    const { words } = await rendered(<RetryBar campaign={campaign} reasons={reasons} path={path} />);
    expect(words).toContain('Clone with the 10 not reached');
  });

  test('is told apart from the attempts of a message', () => {
    const name = (number: number, round: number) => attemptName({ number, round });
    expect([name(1, 0), name(3, 0)]).toEqual(['First attempt', 'Retry 2 of 3']);
    expect([name(1, 1), name(2, 2), name(4, 3)]).toEqual([
      '2nd sending, first attempt',
      '3rd sending, retry 1 of 3',
      '4th sending, retry 3 of 3',
    ]);
  });
});

test('a message that a person said had arrived is not said to be taken by the provider', async () => {
  const recipient = sampleRecipient({ status: 'sent', sent_at: now });
  const { words } = await rendered(<StateCard recipient={recipient} channel="email" arrived="Ana decided that the message arrived." />);
  expect(words).toContain('Counted as sent');
  expect(words).toContain('Ana decided that the message arrived.');
  expect(words).not.toContain('SendGrid');
});

test.each([
  [null, 'It can be retried later'],
  ['A campaign that is cancelled cannot be sent to again.', 'Counts as failed. A campaign that is cancelled cannot be sent to again.'],
])('who decides that a message did not arrive reads what can be done then: %s', async (closed, words) => {
  const recipient = sampleRecipient({ status: 'failed', failure_code: 'outcome_unknown' });
  const actions = { recipient, campaign: { channel: 'email' as const }, suppressed: null, closed, action: path, answer: undefined };
  expect((await rendered(<RecipientActions {...actions} />)).words).toContain(words);
});

describe('the editor', () => {
  const review = (more: Partial<Parameters<typeof ReviewSummary>[0]>) =>
    rendered(
      <ReviewSummary
        {...{ campaign: sampleCampaign({ status: 'DRAFT', total: 88, pending: 88 }), subject: 'Hello', subjectOf: null, sender: null }}
        {...{ when: 'Now', items: [], facts: { empty: [], suppressed: 4 }, unsubscribes: true, sms: null, people: 84, sandbox: false }}
        {...more}
      />,
    );

  test('counts who gets it, without those who are never sent to, and names the sandbox where it stands in', async () => {
    const { words } = await review({});
    expect(words).toContain('To 84 people');
    expect(words).toContain('88 contacts, of whom 4 are on the suppression list and left out.');
    expect(words).not.toContain('sandbox');
    expect((await review({ sandbox: true })).words).toContain('nobody gets a real message');
  });

  test('of an SMS says what it says and how many segments all are', async () => {
    const campaign = sampleCampaign({ status: 'DRAFT', channel: 'sms', total: 100 });
    const { words } = await review({ campaign, people: 100, sms: { text: 'Your parcel is here', segments: 2 } });
    expect(words).toContain('Message Your parcel is here');
    expect(words).toContain('2 segments for this person, about 200 segments in all');
  });

  const settings = (total: number) =>
    rendered(
      <SettingsSection
        campaign={sampleCampaign({ status: 'DRAFT', total, pending: total })}
        autosave={{ draft: { unknown_policy: 'hold', max_retries: '3' }, set: () => {} } as unknown as Autosave}
      />,
    );

  test('offers what is done with unknown outcomes, how often a person may retry, and the channel', async () => {
    const { html, words } = await settings(0);
    for (const offered of ['Send it again', 'Ask me', 'Email', 'SMS', 'Never', '3 times']) expect(words).toContain(offered);
    expect(words).toContain('Can change while there are no contacts.');
    expect(/<input[^>]*value="hold"[^>]*>/.exec(html)?.[0]).toContain('checked');
    expect((await settings(3)).words).toContain('Fixed while there are contacts.');
  });

  test('says by how much a name is too long, and cuts nothing', async () => {
    const field = (name: string) => rendered(<NameField value={name} onChange={() => {}} error={undefined} />);
    expect((await field('n'.repeat(201))).words).toContain('too long by 1 character; the most is 200');
    expect((await field('n'.repeat(200))).words).toBe('');
    expect((await field('n')).html).not.toContain('maxlength');
  });
});

test('a test says whose data it carries', async () => {
  const words = async (whose: 'first' | 'nobody') => (await rendered(<TestSent to="ana@example.com" whose={whose} />)).words;
  expect(await words('first')).toContain('carries the data of the first recipient');
  expect(await words('nobody')).toContain('carries nobody’s data');
});

test('people to preview for are asked for only by those who may see them', () => {
  expect(offersUrl(7, 'ada', true)).toBe('/api/v1/campaigns/7/recipients?limit=12&q=ada');
  expect(offersUrl(7, '', false)).toBeNull();
});

test('the preview adds neither margins nor fonts nor widths to a message', () => {
  expect(frameStyle).not.toMatch(/margin|padding|font|width/);
});

describe('a list of whom never to send to', () => {
  const report = { rows: 2, added: 0, known: 0, rejected: 2, warnings: [], errors: [] };
  test.each([
    ['sms', '0 numbers added'],
    ['email', '0 addresses added'],
  ] as const)('of %s is counted in what it holds', async (channel, words) => {
    expect((await rendered(<ImportAnswer channel={channel} report={report} />)).words).toContain(words);
  });
});

describe('a list that comes in', () => {
  test('has a name, a kind and a way out for each column, and none for the addresses', async () => {
    const column = { type: 'text', status: false } as const;
    const report = {
      errors: [],
      preview: [{ line: 1, address: 'ada@example.com', written: 'ada@example.com', reason: null, variables: { column_2: 'Ada' } }],
      columns: [
        { ...column, header: '', name: null, role: 'address' },
        { ...column, header: '', name: 'column_2', role: 'variable' },
      ],
    } as unknown as ImportReport;
    const { html, words } = await rendered(<PreviewTable report={report} columns={{}} onChange={() => {}} />);
    expect(html.match(/aria-label="Name of [^"]*"/g)).toEqual(['aria-label="Name of column_2 in templates"']);
    expect(words).toContain('Column 1 address Column 2');
    expect(words).toContain('Text Number Yes or no Leave out');
  });

  const made = { id: 3, file_name: 'spring.csv', rows: 9, accepted: 7, duplicates: 1, rejected: 1, created_at: now, created_by: null };
  const report = { ...made, errors: [], warnings: [], report_url: '/api/v1/campaigns/7/imports/3/report.csv' } as unknown as ImportReport;
  test.each([
    ['its list', <ImportList key="list" campaign={sampleCampaign({ total: 7 })} imports={[made as unknown as ImportRecord]} />],
    ['its result', <ImportResult key="result" fileName="spring.csv" report={report} onClose={() => {}} />],
  ])('leads to the report of what was left out only whoever may export people: %s', async (_, part) => {
    expect((await rendered(part)).html).toContain('report.csv');
    const { html, words } = await rendered(part, 'marketer', ['people:export']);
    expect(html).not.toContain('report.csv');
    expect(words).toContain('your role exports no people');
  });

  const run: RunningImport = {
    ...{ id: 3, file_name: 'spring.csv', state: 'reading', rows: 90_337, message: null, started_by: 'Ana', started_at: now },
  };
  test('tells in every tab how far it is, and can be stopped; one that failed says why until it was seen', async () => {
    const { words } = await rendered(<RunningImports runs={[run]} />);
    expect(words).toBe('Checking and importing spring.csv 90,337 rows read Stop');
    const failed = await rendered(<RunningImports runs={[{ ...run, state: 'failed', message: 'The import was stopped.' }]} />);
    expect(failed.words).toBe('Not imported: spring.csv The import was stopped. Dismiss');
  });
});
