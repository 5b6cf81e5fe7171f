import type { AuditAction } from '#app/domain/access/audit-actions.ts';
import { holdProvider } from '#app/domain/limits/provider-gates.server.ts';
import { another, at, type PageAct, type PageActs, resultOf } from './page-act.ts';
import type { PageWorld } from './page-world.ts';
import type { FormFields } from './pages.ts';
import type { Somebody } from './people.ts';

const hookOf = ({ receiver }: PageWorld) => ({
  url: `${receiver.url}/hook`,
  events: ['campaign.failed'],
  failure_threshold: '5',
  min_unreached: '5',
});
async function endpoint(world: PageWorld, form: FormFields = {}): Promise<number> {
  const { data } = await world.submit('_app.settings.webhooks.new', '/settings/webhooks/new', hookOf(world));
  const { id } = resultOf<{ id: number }>(data);
  if (form.enabled === '0') await world.submit('_app.settings.webhooks.$id', `/settings/webhooks/${id}`, { intent: 'disable' });
  return id;
}
const onEndpoint = (action: AuditAction, from: FormFields = {}, form: (world: PageWorld) => FormFields = () => ({})): PageAct => ({
  rows: [action],
  make: async (world) => ({ path: `/settings/webhooks/${await endpoint(world, from)}`, form: form(world) }),
});

const onPerson = (
  action: AuditAction,
  form: FormFields = {},
  prepare?: (world: PageWorld, who: Somebody) => Promise<unknown>,
): PageAct => ({
  rows: [action],
  async make(world) {
    const who = await world.other();
    await prepare?.(world, who);
    return { path: `/settings/people/${who.viewer.id}`, form };
  },
});
const onTeam = (action: AuditAction, form: FormFields = {}, prepare?: (world: PageWorld, id: string) => Promise<unknown>): PageAct => ({
  rows: [action],
  async make(world) {
    const { viewer } = await world.other();
    await prepare?.(world, viewer.id);
    return { path: '/settings/people', form: { id: viewer.id, ...form } };
  },
});
const team = (world: PageWorld, form: FormFields) => world.submit('_app.settings.people', '/settings/people', form);
const onInvitation = (action: AuditAction): PageAct => ({
  rows: [action],
  async make(world) {
    const email = `${another('ivy')}@example.com`;
    await team(world, { intent: 'add', name: 'Ivy', email, role: 'analyst' });
    const [row] = await world.sql('select id from access_links where email = $1', [email]);
    return { path: '/settings/people', form: { id: String(row?.id) } };
  },
});

const apiKey = async ({ submit }: PageWorld): Promise<string> => {
  const { data } = await submit('_app.settings.keys', '/settings/keys', { intent: 'add', name: 'Nightly', scopes: ['read'] });
  return String(resultOf<{ made: { id: number } }>(data).made.id);
};
const onKey = (action: AuditAction, form: FormFields = {}): PageAct => ({
  rows: [action],
  make: async (world) => ({ path: '/settings/keys', form: { id: await apiKey(world), ...form } }),
});

/** Of the settings. */
export const settingsActs: PageActs = {
  '_app.settings.approval': { '': at(['settings.change'], '/settings/approval', { large: 'on', more_than: '7000' }) },
  '_app.settings.keys': {
    add: at(['key.create'], '/settings/keys', { name: 'Nightly', scopes: ['read'] }),
    rename: onKey('key.change', { name: 'Weekly' }),
    revoke: onKey('key.revoke'),
  },
  '_app.settings.limits': {
    rate: at(['limit.change'], '/settings/limits', { channel: 'email', rate: '12' }),
    probe: {
      rows: ['limit.try'],
      async make({ api }) {
        await holdProvider(api.db.pool, 'email', { seconds: 300, reason: 'SendGrid is limiting us.', longestS: 3_600, renew: false });
        return { path: '/settings/limits', form: { channel: 'email' } };
      },
    },
  },
  '_app.settings.people': {
    add: {
      rows: ['person.invite'],
      make: async () => ({ path: '/settings/people', form: { name: 'Jo', email: `${another('jo')}@example.com`, role: 'support' } }),
    },
    renew: onInvitation('person.invite'),
    revoke: onInvitation('person.uninvite'),
    role: onTeam('person.role', { role: 'support' }),
    disable: onTeam('person.disable'),
    enable: onTeam('person.enable', {}, (world, id) => team(world, { intent: 'disable', id })),
    'second-factor': at(['settings.change'], '/settings/people', { role: ['marketer'] }),
    sessions: at(['settings.change'], '/settings/people', { idle_hours: '11', longest_days: '29' }),
    'people-data': at(['settings.change'], '/settings/people', { left: ['marketer people:read', 'support people:read'] }),
  },
  '_app.settings.people_.$id': {
    rename: onPerson('person.change', { name: 'Another Name' }),
    'sign-out': onPerson('session.revoke', {}, ({ sql }, { viewer }) =>
      sql(
        `insert into app_sessions (token, user_id, expires_at, updated_at) values (gen_random_uuid()::text, $1, now() + interval '1 day', now())`,
        [viewer.id],
      ),
    ),
    'second-factor': onPerson('person.factor_end', {}, ({ sql }, { viewer }) =>
      sql(`insert into second_factors (user_id, seed, set_up_at) values ($1, 'sealed', now())`, [viewer.id]),
    ),
    delete: onPerson('person.delete'),
    reset: onPerson('person.link'),
  },
  '_app.settings.providers': {
    save: at(['provider.change'], '/settings/providers', {
      channel: 'sms',
      account_sid: `AC${'7'.repeat(32)}`,
      auth_token: 'token-of-the-lantern',
    }),
    remove: {
      rows: ['provider.remove'],
      async make({ submit }) {
        const keys = { channel: 'sms', account_sid: `AC${'7'.repeat(32)}`, auth_token: 'token-of-the-lantern' };
        await submit('_app.settings.providers', '/settings/providers', { intent: 'save', ...keys });
        return { path: '/settings/providers', form: { channel: 'sms' } };
      },
    },
  },
  '_app.settings.webhooks.new': {
    '': { rows: ['webhook.create'], make: async (world) => ({ path: '/settings/webhooks/new', form: hookOf(world) }) },
  },
  '_app.settings.webhooks.$id': {
    save: onEndpoint('webhook.change', {}, (world) => ({ ...hookOf(world), failure_threshold: '7' })),
    enable: onEndpoint('webhook.change', { enabled: '0' }),
    disable: onEndpoint('webhook.change'),
    rotate: onEndpoint('webhook.rotate'),
    test: onEndpoint('webhook.test'),
    resend: {
      rows: ['webhook.resend'],
      async make(world) {
        const path = `/settings/webhooks/${await endpoint(world)}`;
        const { data } = await world.submit('_app.settings.webhooks.$id', path, { intent: 'test' });
        return { path, form: { delivery: String(resultOf<{ tried: { id: number } }>(data).tried.id) } };
      },
    },
    remove: onEndpoint('webhook.delete'),
  },
};
