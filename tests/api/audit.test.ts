import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '#app/api/operations.server.ts';
import { audit } from '#app/domain/access/audit.server.ts';
import type { AuditAction } from '#app/domain/access/audit-actions.ts';
import { through } from '#app/domain/access/door.server.ts';
import type { AuditEntryJson } from '#app/domain/audit/audit-entry.ts';
import { restingAudit } from '#app/domain/audit/keep-audit.server.ts';
import { verifyAudit } from '#app/domain/audit/verify-audit.server.ts';
import { sendCampaign } from '#app/domain/campaigns/send-campaign.server.ts';
import { updateCampaign } from '#app/domain/campaigns/update-campaign.server.ts';
import { addSuppression, removeSuppression } from '#app/domain/suppressions/change-suppressions.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { type Somebody, signedIn, somebody } from '#tests/support/people.ts';
import { type Receiver, startReceiver } from '#tests/support/receiver.ts';

let api: TestApi;
let receiver: Receiver;
let ira: Somebody;
let ann: Somebody;
beforeAll(async () => {
  receiver = await startReceiver();
  api = await startApi({ WEBHOOK_ALLOW_PRIVATE: '1', SENDGRID_API_KEY: 'SG.test', SENDGRID_BASE_URL: receiver.url });
  ira = await signedIn(api.context, 'Ira', 'admin');
  ann = await somebody(api.db, 'Ann', 'marketer');
});
afterAll(() => Promise.all([api.drop(), receiver.stop()]));

const sql = (text: string, values: unknown[] = []) => api.db.pool.query(text, values);
const first = async (text: string, values: unknown[] = []) => (await sql(text, values)).rows[0].id as number;
const campaign = (addresses = ['ada@example.com', 'bob@example.com']) => draftCampaign(api.db, { addresses });
const inState = async (how: string) => {
  const id = await campaign();
  await api.call('POST', `/campaigns/${id}/send`, { body: {} });
  if (how === 'paused') await api.call('POST', `/campaigns/${id}/pause`);
  return id;
};
const scheduled = async () => {
  const id = await campaign();
  await api.call('POST', `/campaigns/${id}/send`, { body: { scheduled_at: new Date(Date.now() + 86_400_000).toISOString() } });
  return id;
};
const recipientOf = (id: number) => first('select id from recipients where campaign_id = $1 order by id limit 1', [id]);
/** A campaign that has ended, with one recipient whose outcome nobody knows and one who failed. */
const ended = async () => {
  const id = await campaign();
  await sql('alter table recipients disable trigger user');
  await sql('alter table campaigns disable trigger user');
  await sql(
    `update recipients set status = 'failed', failed_at = now(), failure_code = 'timeout', failure_reason = 'x' where campaign_id = $1`,
    [id],
  );
  await sql(
    `update campaigns set status = 'FAILED', started_at = now(), finished_at = now(), failed_at = now(), failure_code = 'recipients_failed', failure_reason = 'x', pending = 0, failed = 2 where id = $1`,
    [id],
  );
  await sql(`insert into campaign_failures (campaign_id, failure_code, recipients) values ($1, 'timeout', 2)`, [id]);
  await sql('alter table recipients enable trigger user');
  await sql('alter table campaigns enable trigger user');
  return id;
};
const undecided = async () => {
  const id = await ended();
  await sql('alter table recipients disable trigger user');
  await sql(`update recipients set failure_code = 'outcome_unknown' where campaign_id = $1`, [id]);
  await sql('alter table recipients enable trigger user');
  await sql(`update campaign_failures set failure_code = 'outcome_unknown' where campaign_id = $1`, [id]);
  return id;
};
const endpoint = async () => {
  const made = await api.call('POST', '/webhook-endpoints', { body: { url: `${receiver.url}/hook/T0KEN`, events: ['campaign.failed'] } });
  return ((await made.json()) as { id: number }).id;
};
let count = 0;
const suppressed = async () => {
  const added = await api.call('POST', '/suppressions', {
    body: { channel: 'email', address: `gone${count++}@example.com`, reason: 'unsubscribe' },
  });
  return (await added.json()) as { id: number; address: string };
};

/** Three people, where campaigns to more than two wait; somebody there could approve it. */
const large = async () => {
  await sql('update approval_rule set more_than = 2');
  return campaign(['ada@example.com', 'bob@example.com', 'cy@example.com']);
};
/** Asked for by the program of somebody else than Ira. */
const waiting = async () => {
  const id = await large();
  const asked = await api.call('POST', `/campaigns/${id}/approval`, { key: ann.key });
  const { approval } = (await asked.json()) as { approval: { hash: string } };
  return { id, hash: approval.hash };
};
const onApproval = (action: AuditAction, verb: string): Act => ({
  action,
  async call() {
    const { id, hash } = await waiting();
    return { path: `/campaigns/${id}/approval/${verb}`, body: { hash }, ...(ira.browser && { key: null, headers: ira.browser }) };
  },
});

interface Act {
  action: AuditAction;
  /** The path and what else the call needs; whatever has to be there is made here. */
  call(): Promise<{ path: string; body?: unknown; headers?: Record<string, string>; key?: string | null }>;
}

const onCampaign = (action: AuditAction, rest: string, make: () => Promise<number> = campaign, more: object = {}): Act => ({
  action,
  call: async () => ({ path: `/campaigns/${await make()}${rest}`, ...more }),
});
const onRecipient = (action: AuditAction, rest: string, make: () => Promise<number>, more: object = {}): Act => ({
  action,
  async call() {
    const id = await make();
    return { path: `/campaigns/${id}/recipients/${await recipientOf(id)}${rest}`, ...more };
  },
});
const csv = (body: string) => ({ body, headers: { 'Content-Type': 'text/csv' } });
const onEndpoint = (action: AuditAction, rest: string, more: object = {}): Act => ({
  action,
  call: async () => ({ path: `/webhook-endpoints/${await endpoint()}${rest}`, ...more }),
});

/** What each call is to leave in the log. A call that is not in here and may change something fails the test below. */
const acts: Record<string, Act> = {
  createCampaign: {
    action: 'campaign.create',
    call: async () => ({ path: '/campaigns', body: { name: 'Spring', channel: 'sms', text: 'Hello' } }),
  },
  updateCampaign: onCampaign('campaign.change', '', campaign, { body: { subject: 'Another subject', text: 'My secret text' } }),
  deleteCampaign: onCampaign('campaign.delete', ''),
  testCampaign: onCampaign('campaign.test', '/test', campaign, { body: { address: 'me@example.com' } }),
  sendCampaign: onCampaign('campaign.send', '/send', campaign, { body: {} }),
  unscheduleCampaign: onCampaign('campaign.unschedule', '/unschedule', scheduled),
  askForApproval: { action: 'campaign.ask', call: async () => ({ path: `/campaigns/${await large()}/approval`, body: {}, key: ann.key }) },
  approveCampaign: onApproval('campaign.approve', 'approve'),
  declineCampaign: onApproval('campaign.decline', 'decline'),
  pauseCampaign: onCampaign('campaign.pause', '/pause', () => inState('sending')),
  resumeCampaign: onCampaign('campaign.resume', '/resume', () => inState('paused')),
  cancelCampaign: onCampaign('campaign.cancel', '/cancel', () => inState('sending')),
  retryCampaign: onCampaign('campaign.retry', '/retry', ended, { body: {} }),
  cloneCampaign: onCampaign('campaign.clone', '/clone', campaign, { body: {} }),
  importRecipients: onCampaign('recipient.import', '/recipients', campaign, csv('email\ncy@example.com\n')),
  removeRecipients: onCampaign('recipient.remove', '/recipients'),
  retryRecipient: onRecipient('recipient.retry', '/retry', ended, { body: { address: 'ada.corrected@example.com' } }),
  resolveRecipient: onRecipient('recipient.resolve', '/resolve', undecided, { body: { outcome: 'sent' } }),
  resolveUnknown: onCampaign('recipient.resolve', '/resolve', undecided, { body: { outcome: 'failed' } }),
  importReport: {
    action: 'export.rejected',
    async call() {
      const id = await campaign();
      const report = await api.call('POST', `/campaigns/${id}/recipients`, csv('email\nno address\n'));
      return { path: ((await report.json()) as { report_url: string }).report_url.replace(/^.*\/api\/v1/, '') };
    },
  },
  exportActivity: onCampaign('export.activity', '/activity.csv'),
  exportAttempts: onCampaign('export.attempts', '/attempts.csv'),
  exportRecipients: onCampaign('export.recipients', '/export.csv?q=ada@example.com'),
  exportStory: onRecipient('export.story', '/story.csv', campaign),
  exportAudit: { action: 'export.audit', call: async () => ({ path: '/audit.csv' }) },
  exportAuditLines: { action: 'export.audit', call: async () => ({ path: '/audit.ndjson' }) },
  addSuppression: {
    action: 'suppression.add',
    call: async () => ({ path: '/suppressions', body: { channel: 'email', address: 'eve@example.com', reason: 'manual' } }),
  },
  importSuppressions: {
    action: 'suppression.import',
    call: async () => ({ path: '/suppressions/imports?channel=email', ...csv('email\nfay@example.com\n') }),
  },
  removeSuppression: {
    action: 'suppression.remove',
    call: async () => ({ path: '/suppressions', body: { channel: 'email', address: (await suppressed()).address } }),
  },
  removeSuppressionById: { action: 'suppression.remove', call: async () => ({ path: `/suppressions/${(await suppressed()).id}` }) },
  createWebhookEndpoint: {
    action: 'webhook.create',
    call: async () => ({ path: '/webhook-endpoints', body: { url: `${receiver.url}/hook/T0KEN`, events: ['campaign.failed'] } }),
  },
  updateWebhookEndpoint: onEndpoint('webhook.change', '', { body: { failure_threshold: 7 } }),
  deleteWebhookEndpoint: onEndpoint('webhook.delete', ''),
  rotateWebhookSecret: onEndpoint('webhook.rotate', '/rotate-secret'),
  testWebhookEndpoint: onEndpoint('webhook.test', '/test'),
  resendWebhookDelivery: {
    action: 'webhook.resend',
    async call() {
      const id = await endpoint();
      const sent = (await (await api.call('POST', `/webhook-endpoints/${id}/test`)).json()) as { id: number };
      return { path: `/webhook-endpoints/${id}/deliveries/${sent.id}/resend` };
    },
  },
};

/** They change nothing, though they are sent as POST, or answer a file that is about no person. */
const changesNothing = ['previewCampaign'];

const whoDoes = (key?: string | null) => {
  if (key === null) return { actor_kind: 'person', actor_id: ira.viewer.id, actor_name: 'Ira' };
  if (key === ann.key) return { actor_kind: 'key', actor_id: ann.program.id, actor_name: ann.program.name };
  return { actor_kind: 'key', actor_id: expect.stringMatching(/^key:\d+$/), actor_name: 'admin' };
};

test.each(Object.entries(operations).filter(([, { method, contentType }]) => method !== 'GET' || contentType))(
  '%s leaves exactly one row: who, by which door, from where, what and on what',
  async (name, operation) => {
    if (changesNothing.includes(name)) return;
    const act = acts[name];
    if (!act) throw new Error(`${name} may change something, and no row of the audit log is expected of it.`);
    const { path, body, ...more } = await act.call();
    const since = await first('select coalesce(max(seq), 0) as id from audit_log');
    const door = { door: 'api', address: '2001:db8::7', device: 'program/1' } as const;
    const response = await through(door, () => api.call(operation.method, path, { ...(body !== undefined && { body }), ...more }));
    expect(response.status, await response.clone().text()).toBeLessThan(300);
    await response.text();
    const { rows } = await sql('select * from audit_log where seq > $1 order by seq', [since]);
    expect(rows).toEqual([
      expect.objectContaining({
        ...whoDoes(more.key),
        door: 'api',
        address: '2001:db8::7',
        device: 'program/1',
        action: act.action,
        outcome: 'done',
        object_type: expect.any(String),
      }),
    ]);
    // No address of a recipient, no content, no secret.
    expect(JSON.stringify(rows)).not.toMatch(/(ada|bob|cy|eve|fay|me|gone\d+)@|secret text|T0KEN|whsec|SG\.test/);
  },
);

test('every call in the table is one of the API', () => {
  expect(Object.keys(acts).filter((name) => !(name in operations))).toEqual([]);
});

interface Page {
  data: AuditEntryJson[];
  next_cursor: string | null;
}
const search = async (query: string) => (await (await api.call('GET', `/audit?${query}`)).json()) as Page;

describe('the log is searched', () => {
  const eve = { id: 'eve-id', name: '=cmd()', email: 'eve@corp.example', via: 'session' } as const;
  let id: number;
  beforeAll(async () => {
    id = await campaign();
    const { address } = await suppressed();
    const asker = { ...eve, role: 'admin', label: 'Eve' } as const;
    await through({ door: 'page', address: '203.0.113.77', device: null, viewer: eve, asker }, async () => {
      await audit(api.db.pool, { action: 'campaign.cancel', object: { type: 'campaign', id, name: '100%_new' } });
      await audit(api.db.pool, { action: 'campaign.pause', object: { type: 'campaign', id, name: '100 new' }, refused: 'No.' });
      await removeSuppression(api.db, { channel: 'email', address });
      const text = { channel: 'sms', address: '+15005550123', reason: 'manual' } as const;
      await addSuppression(api.db, { label: 'Eve' }, text);
    });
  });

  test.each([
    ['who=eve-id', 4],
    ['who=%3Dcmd', 4],
    ['who=EVE@corp', 4],
    ['who=nobody-like-this', 0],
    ['who=eve-id&action=campaign', 2],
    ['who=eve-id&action=campaign.pause', 1],
    ['who=eve-id&action=suppression', 2],
    ['who=eve-id&outcome=refused', 1],
    ['who=eve-id&what=100%25_', 1],
    ['who=eve-id&what=100', 2],
    ['who=eve-id&what=%2B1%20500%20555%200123', 1],
    ['who=eve-id&what=other@example.com', 0],
    ['who=eve-id&address=203.0.113.77', 4],
    ['who=eve-id&address=::ffff:203.0.113.77', 4],
    ['who=eve-id&address=203.0.113.7', 0],
    ['who=eve-id&from=2020-01-01&to=2020-01-02', 0],
    ['who=eve-id&from=2020-01-01T00:00Z', 4],
    ['who=eve-id&to=2020-01-01T00:00:00%2B02:00', 0],
  ])('%s finds %i', async (query, found) => {
    expect((await search(query)).data).toHaveLength(found);
  });

  test('a day is one of its zone, and ends when the next begins', async () => {
    const at = Date.parse((await search('who=eve-id')).data[0]?.at as string);
    const dayIn = (zone: string) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(at);
    for (const zone of ['Pacific/Kiritimati', 'Pacific/Niue', 'UTC']) {
      const day = dayIn(zone);
      expect((await search(`who=eve-id&from=${day}&to=${day}&time_zone=${encodeURIComponent(zone)}`)).data).toHaveLength(4);
    }
    expect((await search(`who=eve-id&to=${dayIn('Pacific/Niue')}&time_zone=Pacific/Kiritimati`)).data).toHaveLength(0);
  });

  test('an address is found by whoever knows it, and stands nowhere', async () => {
    const { data } = await search('what=%2B15005550123');
    expect(data).toMatchObject([{ action: 'suppression.add', object_name: '+1…23 (sms)', actor_name: '=cmd()' }]);
    expect(JSON.stringify(data)).not.toContain('5550123');
  });

  test('page by page, newest first, each row once', async () => {
    const seen: number[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Page = await search(`limit=7${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.data.map(({ seq }) => seq));
      cursor = page.next_cursor;
    }
    const all = (await sql('select seq from audit_log order by seq desc')).rows.map(({ seq }) => seq as number);
    expect(seen).toEqual(all);
  });

  test.each(['action=nonsense', 'from=yesterday', 'from=2026-02-30', 'outcome=maybe', 'cursor=x', 'limit=501', 'time_zone=Mars'])(
    '%s is refused',
    async (query) => {
      expect((await api.call('GET', `/audit?${query}`)).status).toBe(422);
    },
  );

  test('only administrators read it', async () => {
    for (const path of ['/audit', '/audit.csv', '/audit.ndjson']) {
      for (const key of [api.keys.marketer, api.keys.support, api.keys.analyst])
        expect((await api.call('GET', path, { key })).status).toBe(403);
    }
  });

  test('as CSV it runs nothing in a spreadsheet, and as JSON lines anybody can compute its hashes', async () => {
    const rows = parse(await (await api.call('GET', '/audit.csv?who=eve-id')).text(), { columns: true, bom: true }) as Record<
      string,
      string
    >[];
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatchObject({ actor_name: "'=cmd()", action: 'campaign.cancel', object_name: '100%_new' });

    const lines = (await (await api.call('GET', '/audit.ndjson')).text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntryJson);
    let previous = '0'.repeat(64);
    for (const row of lines) {
      const { seq, times, before, after, previous: told, hash, ...rest } = row;
      const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
      const fields = [String(seq), ...Object.values(rest), json(before), json(after), String(times)];
      const text = `[${fields.map((field) => JSON.stringify(field)).join(', ')}]`;
      expect([told, hash]).toEqual([previous, createHash('sha256').update(`${previous}\n${text}`).digest('hex')]);
      previous = hash;
    }
    expect(lines.length).toBeGreaterThan(40);
  });
});

test('what a page saves while somebody types is one row, with the fields as they were at first and as they are', async () => {
  const id = await campaign();
  const since = await first('select max(seq) as id from audit_log');
  const ana = { id: 'ana', name: 'Ana', email: 'ana@corp.example', label: 'Ana', via: 'session', role: 'marketer' } as const;
  const page = <T>(work: () => Promise<T>) => through({ door: 'api', address: '192.0.2.1', device: null, viewer: ana, asker: ana }, work);
  for (const subject of ['H', 'He', 'Hey', 'Hey you'])
    await page(() => updateCampaign(api.db, id, { subject, name: 'Test' }, { viewer: ana }));
  const rows = async () =>
    (await sql('select action, actor_name, before, after, times from audit_log where seq > $1 order by seq', [since])).rows;
  await page(() => updateCampaign(api.db, id, { text: 'Longer now' }, { viewer: ana }));
  await restingAudit(api.db.pool);
  expect(await rows()).toEqual([]);

  // Whoever sends it has all of it before.
  await page(() => sendCampaign(api.db, ana, id, {}));
  expect(await rows()).toEqual([
    {
      action: 'campaign.change',
      actor_name: 'Ana',
      before: { subject: 'Hello', text: expect.stringMatching(/^18 characters, sha256 [0-9a-f]{16}$/) },
      after: { subject: 'Hey you', text: expect.stringMatching(/^10 characters/) },
      times: 5,
    },
    expect.objectContaining({
      action: 'campaign.send',
      after: expect.objectContaining({ recipients: 2, content: expect.stringMatching(/^[0-9a-f]{64}$/) }),
    }),
  ]);
  const other = await campaign();
  await page(() => updateCampaign(api.db, other, { subject: 'Rests' }, { viewer: ana }));
  await sql(`update audit_gathered set last_at = now() - interval '2 minutes'`);
  await restingAudit(api.db.pool);
  expect((await rows()).at(-1)).toMatchObject({ action: 'campaign.change', after: { subject: 'Rests' }, times: 1 });
});

test('what does not happen leaves no row', async () => {
  const since = await first('select max(seq) as id from audit_log');
  const id = await campaign();
  expect((await api.call('POST', `/campaigns/${id}/pause`)).status).toBe(409);
  expect((await api.call('PATCH', `/campaigns/${id}`, { body: { subject: '', text: 'x', html: 3 } })).status).toBe(422);
  expect((await api.call('DELETE', '/webhook-endpoints/999999')).status).toBe(404);
  expect((await api.call('DELETE', '/suppressions', { body: { channel: 'email', address: 'nobody@example.com' } })).status).toBe(404);
  expect(await first('select max(seq) as id from audit_log')).toBe(since);
  expect(await verifyAudit(api.db)).toMatchObject({ faults: [] });
});
