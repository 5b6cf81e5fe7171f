import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Door } from '#app/domain/access/door.server.ts';
import { createRefusals } from '#app/domain/access/refusals.server.ts';
import { restingAudit } from '#app/domain/audit/keep-audit.server.ts';
import { verifyAudit } from '#app/domain/audit/verify-audit.server.ts';
import { accessActs } from '#tests/support/page-acts-access.ts';
import { campaignActs } from '#tests/support/page-acts-campaigns.ts';
import { settingsActs } from '#tests/support/page-acts-settings.ts';
import { DRAFT, ENDED, pageTable } from '#tests/support/page-table.ts';
import { type PageWorld, startPageWorld } from '#tests/support/page-world.ts';
import { intentsOf, loadPage, pages } from '#tests/support/pages.ts';

/**
 * Every form of every page, found from the code, leaves exactly one row in the audit log, and one that is refused leaves its refusal. What
 * programs of providers post is told by its signature, and stands with the messages.
 */

const PROVIDERS = /^routes\/webhooks\./;

let world: PageWorld;
beforeAll(async () => {
  world = await startPageWorld();
  expect(await world.draft(1)).toBe(DRAFT);
  expect((await world.ended()).id).toBe(ENDED);
});
afterAll(() => world.stop());
afterEach(async () => {
  await world.sql(`update app_users set role = 'admin' where name = 'Ira'`);
  await world.sql('update approval_rule set more_than = null');
  await world.sql('delete from second_factor_roles');
  await world.sql('delete from withheld_permissions');
  world.context.auth.secondFactorRoles.forget();
  world.context.auth.forgetAccess();
});

interface Row {
  action: string;
  outcome: string;
  actor_name: string | null;
  door: string;
  address: string | null;
  device: string | null;
}

const DOOR = { door: 'page', address: '2001:db8::7', device: 'browser/1' } as const;

/** What is not in here and could be asked for fails the test. */
const pageActs = { ...campaignActs, ...settingsActs, ...accessActs };
const everyAct = Object.entries(pageActs).flatMap(([route, acts]) =>
  Object.entries(acts).map(([intent, act]) => ({ route, intent, act, name: `${route} ${intent}`.trim() })),
);

/** What stands in the log after it that did not before; what is gathered until it rests is written at once. */
async function rowsOf<T>(work: (door: Door) => Promise<T>): Promise<{ came: T; rows: () => Promise<Row[]> }> {
  await world.sql('delete from audit_gathered');
  const [since] = await world.sql<{ seq: number }>('select coalesce(max(seq), 0) as seq from audit_log');
  const refusals = createRefusals(world.api.db.pool, (error) => {
    throw error;
  });
  const came = await work({ ...DOOR, refusals });
  await refusals.close();
  await world.sql(`update audit_gathered set last_at = now() - interval '2 minutes'`);
  await restingAudit(world.api.db.pool);
  return { came, rows: () => world.sql<Row>('select * from audit_log where seq > $1 order by seq', [since?.seq]) };
}

test('there is an input for everything that a form may ask for, and for nothing else', async () => {
  const missing: string[] = [];
  const found: string[] = [];
  for (const { id, file } of pages) {
    if (!(await loadPage(file)).action || PROVIDERS.test(id)) continue;
    const route = id.replace('routes/', '');
    const intents = intentsOf(file);
    for (const intent of intents.length > 0 ? intents : ['']) {
      found.push(`${route} ${intent}`);
      if (!pageActs[route]?.[intent]) missing.push(`${route} ${intent}`);
    }
  }
  expect(missing).toEqual([]);
  // Two ways of one form.
  const own = ['access.password invitation'];
  expect(everyAct.map(({ route, intent }) => `${route} ${intent}`).filter((name) => !found.includes(name))).toEqual(own);
  expect(found.length).toBeGreaterThan(70);
});

// Before what follows changes what there is.
const nothing = pageTable.flatMap(([route, path, form, , got]) =>
  form && Number(got) >= 400 && !PROVIDERS.test(`routes/${route}`) ? [{ route, path, form }] : [],
);
test.each(nothing)('$route $form at $path does nothing, and leaves no row but of a wrong password', async ({ route, path, form }) => {
  // Here the environment has no key that could be missing.
  if (route === '_app.settings.providers' && form.intent === 'save') return;
  const { came, rows } = await rowsOf((door) => world.submit(route, path, form, undefined, door));
  expect(came.got).toBeGreaterThanOrEqual(400);
  const wrong = 'former' in form;
  expect(await rows()).toEqual(wrong ? [expect.objectContaining({ action: 'person.password', outcome: 'refused' })] : []);
});

const refused = (more: object) => [expect.objectContaining({ action: 'access.use', outcome: 'refused', ...DOOR, ...more })];

test.each(everyAct)('$name leaves exactly one row, and its refusal where it is refused', async ({ route, intent, act }) => {
  const { path, form = {}, as } = await act.make(world);
  if (form instanceof FormData) form.set('intent', intent);
  const own = as ?? world.ira.browser ?? {};
  const asked = form instanceof FormData || typeof form === 'string' ? form : { ...(intent && { intent }), ...form };
  const by = (headers: Record<string, string>) => rowsOf((door) => world.submit(route, path, asked, headers, door));

  if (!act.forAll) {
    const { came, rows } = await by(world.analyst.browser ?? {});
    expect(came.got).toBe(403);
    expect(await rows()).toEqual(refused({ actor_name: 'Noa', object_type: 'permission' }));
  }
  // The button of mail programs comes from anywhere.
  if (route !== 'u.$token') {
    const { came, rows } = await by({ ...own, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' });
    expect(came.got).toBe(403);
    expect(await rows()).toEqual(refused({}));
  }

  const { came, rows } = await by(own);
  if (typeof came.got === 'number') expect(came.got, JSON.stringify(came.data)).toBeLessThan(300);
  // What is mailed goes out after the answer.
  if (route === 'access.forgot') await vi.waitFor(async () => expect(await rows()).toHaveLength(1));
  expect(await rows()).toEqual(act.rows.map((action) => expect.objectContaining({ action, outcome: 'done', ...DOOR })));
  if (act.rows.length !== 1) expect(act.why).toBeTruthy();
  // No address of a recipient, no content, no secret.
  expect(JSON.stringify(await rows())).not.toMatch(
    /\b(ada|bo|cy|di|eli|fay|gus|hal|kim)[\w.-]*@|secret text|lantern|chose this herself|whsec|SG\.test/,
  );
});

test('the chain holds', async () => {
  expect(await verifyAudit(world.context.db)).toMatchObject({ faults: [] });
});
