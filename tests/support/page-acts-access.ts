import { Secret, TOTP } from 'otpauth';
import type { AuditAction } from '#app/domain/access/audit-actions.ts';
import { SETUP_PLACE, SETUP_TOKEN } from '#app/domain/access/first-administrator.server.ts';
import { newLinkSecret } from '#app/domain/access/link-secret.server.ts';
import { unsubscribeSecret, unsubscribeToken } from '#app/domain/unsubscribe/unsubscribe-link.server.ts';
import { another, type PageAct, type PageActs } from './page-act.ts';
import type { PageWorld } from './page-world.ts';
import { type Somebody, signedIn } from './people.ts';

const SELF = { forAll: true } as const;

/** Somebody new who is signed in, with the words by which they do. */
async function newcomer({ context }: PageWorld, role: Somebody['viewer']['role'] = 'analyst'): Promise<Somebody & { password: string }> {
  const name = another('Kit');
  return { ...(await signedIn(context, name, role)), password: `${name} chose this herself` };
}

async function phone(
  world: PageWorld,
  who: Somebody & { password: string },
  route: string,
  path: string,
): Promise<{ code: string; totp: TOTP }> {
  const begun = await world.submit(route, path, { intent: 'begin', former: who.password }, who.browser);
  if (begun.got !== 200) throw new Error(`a second factor could not be begun: ${JSON.stringify(begun.data)}`);
  const { secondFactorState } = await import('#app/domain/access/second-factor.server.ts');
  const state = await secondFactorState(world.context, who.viewer, new Headers(who.browser));
  const totp = new TOTP({ secret: Secret.fromBase32(state.begun?.secret as string) });
  return { code: totp.generate(), totp };
}
const ownPhone = (
  intent: 'begin' | 'confirm' | 'cancel' | 'codes' | 'remove',
  rows: AuditAction[],
  more: Partial<PageAct> = {},
): PageAct => ({
  ...SELF,
  rows,
  ...more,
  async make(world) {
    const who = await newcomer(world);
    const [route, path] = ['_app.account_.second-factor', '/account/second-factor'] as const;
    const form: Record<string, string> = { former: who.password };
    if (intent !== 'begin') form.code = (await phone(world, who, route, path)).code;
    if (intent === 'codes' || intent === 'remove')
      await world.submit(route, path, { intent: 'confirm', code: form.code as string }, who.browser);
    return { path, form, as: who.browser };
  },
});
/** Before everything else, where the role asks for it. */
const askedPhone = (intent: 'begin' | 'confirm' | 'cancel', rows: AuditAction[]): PageAct => ({
  ...SELF,
  rows,
  async make(world) {
    const who = await newcomer(world, 'support');
    await world.sql(`insert into second_factor_roles values ('support') on conflict do nothing`);
    world.context.auth.secondFactorRoles.forget();
    const form: Record<string, string> = { former: who.password };
    if (intent !== 'begin') form.code = (await phone(world, who, 'second-factor', '/second-factor')).code;
    return { path: '/second-factor', form, as: who.browser };
  },
});
/** Who lacks one has none to change. */
const LACKS_IT: PageAct = {
  ...SELF,
  rows: [],
  why: 'Who has one changes it in the account, and who has none has no codes.',
  make: async (world) => ({ path: '/second-factor', as: (await newcomer(world)).browser }),
};

/** A link of whichever kind, as its page has it in a cookie. */
async function link({ sql }: PageWorld, kind: 'invitation' | 'reset', userId: string | null): Promise<{ cookie: string; id: number }> {
  const { token, hash } = newLinkSecret();
  const [row] = await sql(
    `insert into access_links (kind, hash, email, name, role, user_id, expires_at) values ($1, $2, $3, 'Lou', $4, $5, now() + interval '1 hour') returning id`,
    [kind, hash, `${another('lou')}@example.com`, kind === 'invitation' ? 'analyst' : null, userId],
  );
  return { cookie: `rollcall_link=${token}`, id: row?.id as number };
}

const BY_RECIPIENTS = 'What recipients and providers tell is kept with the suppression and the message it is about (docs/audit.md).';
const SIGNS_IN = 'They are signed in by it as well.';

/** Of one's own account, of signing in, and of who is nobody here. */
export const accessActs: PageActs = {
  '_app.account': {
    password: {
      ...SELF,
      rows: ['person.password'],
      async make(world) {
        const who = await newcomer(world);
        return { path: '/account', form: { former: who.password, password: 'lanterns over the quiet harbour' }, as: who.browser };
      },
    },
    end: {
      ...SELF,
      rows: ['session.revoke'],
      async make(world) {
        const who = await newcomer(world);
        const [session] = await world.sql<{ id: string }>('select id::text from app_sessions where user_id::text = $1', [who.viewer.id]);
        return { path: '/account', form: { id: session?.id as string }, as: who.browser };
      },
    },
    'end-others': {
      ...SELF,
      rows: ['session.revoke'],
      async make(world) {
        const who = await newcomer(world);
        await world.submit('login', '/login', { email: who.viewer.email as string, password: who.password }, {});
        return { path: '/account', as: who.browser };
      },
    },
  },
  '_app.account_.second-factor': {
    begin: ownPhone('begin', ['person.factor_begin']),
    confirm: ownPhone('confirm', ['person.factor']),
    cancel: ownPhone('cancel', ['person.factor_cancel']),
    codes: ownPhone('codes', ['person.codes']),
    remove: ownPhone('remove', ['person.factor_end']),
  },
  'second-factor': {
    begin: askedPhone('begin', ['person.factor_begin']),
    confirm: askedPhone('confirm', ['person.factor']),
    cancel: askedPhone('cancel', ['person.factor_cancel']),
    codes: LACKS_IT,
    remove: LACKS_IT,
  },
  notifications: {
    '': {
      ...SELF,
      rows: [],
      why: 'It changes only what they see themselves (docs/audit.md).',
      make: async () => ({ path: '/notifications', form: { id: 'all' } }),
    },
  },
  login: {
    '': {
      ...SELF,
      rows: ['session.begin'],
      async make(world) {
        const { viewer, password } = await newcomer(world);
        return { path: '/login', form: { email: viewer.email as string, password }, as: {} };
      },
    },
  },
  'login_.code': {
    '': {
      ...SELF,
      rows: ['session.begin'],
      async make(world) {
        const who = await newcomer(world);
        const [route, path] = ['_app.account_.second-factor', '/account/second-factor'] as const;
        const { code, totp } = await phone(world, who, route, path);
        await world.submit(route, path, { intent: 'confirm', code }, who.browser);
        await world.sql('update second_factors set last_step = 0 where user_id::text = $1', [who.viewer.id]);
        const step = await world.submit('login', '/login', { email: who.viewer.email as string, password: who.password }, {});
        const cookie = step.headers.getSetCookie().map((one) => one.split(';')[0]);
        return { path: '/login/code', form: { code: totp.generate() }, as: { cookie: cookie.join('; ') } };
      },
    },
  },
  logout: { '': { ...SELF, rows: ['session.end'], make: async (world) => ({ path: '/logout', as: (await newcomer(world)).browser }) } },
  'access.forgot': {
    '': {
      ...SELF,
      rows: ['person.link'],
      make: async ({ other }) => ({ path: '/access/forgot', form: { email: (await other()).viewer.email as string }, as: {} }),
    },
  },
  'access.password': {
    '': {
      ...SELF,
      rows: ['person.password'],
      async make(world) {
        const { cookie, id } = await link(world, 'reset', (await world.other()).viewer.id);
        return { path: '/access/password', form: { link: String(id), password: 'lanterns over the quiet harbour' }, as: { cookie } };
      },
    },
    invitation: {
      ...SELF,
      rows: ['person.add', 'session.begin'],
      why: SIGNS_IN,
      async make(world) {
        const { cookie, id } = await link(world, 'invitation', null);
        return {
          path: '/access/password',
          form: { link: String(id), name: 'Lou', password: 'lanterns over the quiet harbour' },
          as: { cookie },
        };
      },
    },
  },
  setup: {
    '': {
      ...SELF,
      rows: ['person.add', 'session.begin'],
      why: SIGNS_IN,
      async make({ sql, context: { db } }) {
        const { token } = newLinkSecret();
        await sql(`update app_users set role = 'support' where role = 'admin'`);
        await sql('insert into app_secrets (name, value) values ($1, $2)', [SETUP_TOKEN, db.seals.seal(token, SETUP_PLACE)]);
        const form = { name: 'Mia', email: `${another('mia')}@example.com`, password: 'lanterns over the quiet harbour' };
        return { path: '/setup', form, as: { cookie: `rollcall_setup=${token}` } };
      },
    },
  },
  'u.$token': {
    '': {
      ...SELF,
      rows: [],
      why: BY_RECIPIENTS,
      async make({ ended, context: { db } }) {
        const { id, sent } = await ended();
        return { path: `/u/${unsubscribeToken(await unsubscribeSecret(db), { campaignId: id, recipientId: sent }, 'email')}`, as: {} };
      },
    },
  },
};
