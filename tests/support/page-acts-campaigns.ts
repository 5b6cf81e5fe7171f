import type { AuditAction } from '#app/domain/access/audit-actions.ts';
import { another, at, type PageAct, type PageActs } from './page-act.ts';
import type { PageWorld, Submitted } from './page-world.ts';
import type { FormFields } from './pages.ts';
import { ruleOf, type Somebody, signedIn } from './people.ts';

const onDraft = (action: AuditAction, form: FormFields = {}, people?: number): PageAct => ({
  rows: [action],
  make: async ({ draft }) => ({ path: `/campaigns/${await draft(people)}/edit`, form }),
});

const edit = (world: PageWorld, id: number, form: FormFields, who?: Somebody): Promise<Submitted> =>
  world.submit('_app.campaigns.$id_.edit', `/campaigns/${id}/edit`, form, who?.browser);
async function sending(world: PageWorld, state: 'sending' | 'paused' | 'scheduled'): Promise<number> {
  const id = await world.draft();
  const later = new Date(Date.now() + 86_400_000).toISOString();
  await edit(world, id, { intent: 'send', confirmed: 'on', ...(state === 'scheduled' && { scheduled_at: later }) });
  if (state === 'paused') await world.submit('_app.campaigns.$id', `/campaigns/${id}`, { intent: 'pause' });
  return id;
}
const onCampaign = (action: AuditAction, make: (world: PageWorld) => Promise<number>): PageAct => ({
  rows: [action],
  make: async (world) => ({ path: `/campaigns/${await make(world)}` }),
});

let writer: Promise<Somebody> | undefined;
/** A campaign that somebody else has made and asked for. */
async function waiting(world: PageWorld): Promise<{ id: number; hash: string }> {
  writer ??= signedIn(world.context, 'Wes', 'marketer');
  const wes = await writer;
  const made = await world.submit('_app.campaigns.new', '/campaigns/new', { name: another('Asked'), channel: 'email' }, wes.browser);
  const id = Number(/\d+/.exec(String(made.got))?.[0]);
  await edit(world, id, { intent: 'save', subject: 'Good day', text: 'Good day to you.', from: 'news@example.com' }, wes);
  await world.sql(`insert into recipients (campaign_id, address) select $1, 'eli' || n || '@example.com' from generate_series(1, 3) n`, [
    id,
  ]);
  await edit(world, id, { intent: 'ask' }, wes);
  const [row] = await world.sql<{ hash: string }>(`select approval ->> 'hash' as hash from campaigns where id = $1`, [id]);
  return { id, hash: row?.hash as string };
}
const onApproval = (action: AuditAction, page: 'approval' | 'edit'): PageAct => ({
  rows: [action],
  async make(world) {
    await ruleOf(world.api.db, { more_than: 2 });
    const { id, hash } = await waiting(world);
    return { path: `/campaigns/${id}/${page}`, form: { hash } };
  },
});

const onRecipient = (action: AuditAction, who: 'sent' | 'failed' | 'unknown', form: FormFields = {}): PageAct => ({
  rows: [action],
  async make({ ended }) {
    const { id, ...recipients } = await ended();
    return { path: `/campaigns/${id}/recipients/${recipients[who]}`, form };
  },
});

const csv = (text: string, fields: Record<string, string> = {}): FormData => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new File([text], 'list.csv', { type: 'text/csv' }));
  return form;
};
const suppressions = (path: string): Record<string, PageAct> => ({
  add: { rows: ['suppression.add'], make: async () => ({ path, form: { address: `${another('fay')}@example.com` } }) },
  suppress: { rows: ['suppression.add'], make: async () => ({ path, form: { address: `${another('fay')}@example.com` } }) },
  import: {
    rows: ['suppression.import'],
    make: async () => ({ path, form: csv(`email\n${another('gus')}@example.com\n`, { channel: 'email' }) }),
  },
  remove: {
    rows: ['suppression.remove'],
    async make({ submit }) {
      const address = `${another('hal')}@example.com`;
      await submit('_app.suppressions', '/suppressions', { intent: 'add', address });
      return { path, form: { channel: 'email', address } };
    },
  },
});

/** Of campaigns, their people and suppressions. */
export const campaignActs: PageActs = {
  '_app._index': { '': { ...at(['campaign.create', 'recipient.import'], '/'), why: 'The sample brings its list along.' } },
  '_app.campaigns.new': { '': at(['campaign.create'], '/campaigns/new', { name: 'Harvest', channel: 'sms' }) },
  '_app.campaigns.$id': {
    pause: onCampaign('campaign.pause', (world) => sending(world, 'sending')),
    resume: onCampaign('campaign.resume', (world) => sending(world, 'paused')),
    cancel: onCampaign('campaign.cancel', (world) => sending(world, 'sending')),
    send_now: onCampaign('campaign.send', (world) => sending(world, 'scheduled')),
    unschedule: onCampaign('campaign.unschedule', (world) => sending(world, 'scheduled')),
    clone: onCampaign('campaign.clone', ({ draft }) => draft()),
  },
  '_app.campaigns.$id.recipients.$rid': {
    retry: onRecipient('recipient.retry', 'failed', { address: 'cy.right@example.com' }),
    resolve: onRecipient('recipient.resolve', 'unknown', { outcome: 'sent' }),
    suppress: onRecipient('suppression.add', 'sent'),
  },
  '_app.campaigns.$id.retry': {
    '': {
      rows: ['campaign.retry'],
      make: async ({ ended }) => ({ path: `/campaigns/${(await ended()).id}/retry`, form: { codes: ['timeout'] } }),
    },
  },
  '_app.campaigns.$id_.approval': {
    approve: onApproval('campaign.approve', 'approval'),
    decline: onApproval('campaign.decline', 'approval'),
  },
  '_app.campaigns.$id_.edit': {
    save: {
      rows: ['campaign.change'],
      why: 'What its page saves is gathered until it rests: here it is written at once.',
      make: async ({ draft }) => ({ path: `/campaigns/${await draft()}/edit`, form: { subject: 'Another', text: 'My secret text' } }),
    },
    import: {
      rows: ['recipient.import'],
      make: async ({ draft }) => ({ path: `/campaigns/${await draft()}/edit`, form: csv('email\nkim@example.com\n') }),
    },
    'stop-import': {
      rows: ['recipient.stop'],
      async make({ draft, sql }) {
        const id = await draft();
        const [run] = await sql(
          `insert into import_runs (campaign_id, file_name, started_by) values ($1, 'list.csv', 'Ira') returning id`,
          [id],
        );
        return { path: `/campaigns/${id}/edit`, form: { run: String(run?.id) } };
      },
    },
    'dismiss-import': {
      ...onDraft('recipient.stop', { run: '1' }),
      rows: [],
      why: 'Only a word about what failed is taken away (docs/audit.md).',
    },
    empty: onDraft('recipient.remove'),
    delete: onDraft('campaign.delete'),
    send: onDraft('campaign.send', { confirmed: 'on' }),
    ask: {
      rows: ['campaign.ask'],
      async make(world) {
        await ruleOf(world.api.db, { more_than: 2 });
        await world.other();
        return { path: `/campaigns/${await world.draft(3)}/edit` };
      },
    },
    'take-back': onApproval('campaign.decline', 'edit'),
  },
  'campaigns.$id_.check': {
    '': {
      rows: [],
      why: 'It only looks at what was typed.',
      make: async ({ draft }) => ({
        path: `/campaigns/${await draft()}/check`,
        form: JSON.stringify({ subject: 'Good day', html: null, text: 'Good day.', recipient_id: null }),
      }),
    },
  },
  '_app.people': suppressions('/people'),
  '_app.suppressions': suppressions('/suppressions'),
  '_app.restored': {
    '': {
      rows: ['ledger.release'],
      async make({ sql }) {
        await sql('update ledger_home set timeline = timeline');
        return { path: '/restored' };
      },
    },
  },
};
