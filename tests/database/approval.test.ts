import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approveCampaign, askForApproval, declineCampaign } from '#app/domain/campaigns/approve-campaign.server.ts';
import { cloneCampaign } from '#app/domain/campaigns/clone-campaign.server.ts';
import { createCampaign } from '#app/domain/campaigns/create-campaign.server.ts';
import { cancelCampaign, pauseCampaign, resumeCampaign } from '#app/domain/campaigns/life.server.ts';
import { retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';
import { sendCampaign, sendScheduledNow, startScheduledCampaign, unscheduleCampaign } from '#app/domain/campaigns/send-campaign.server.ts';
import { updateCampaign } from '#app/domain/campaigns/update-campaign.server.ts';
import { importContacts } from '#app/domain/contacts/import-contacts.server.ts';
import { isProblem } from '#app/domain/problem.ts';
import { removeRecipients } from '#app/domain/recipients/remove-recipients.server.ts';
import { cloneCampaignRecipients } from '#tasks/clone-recipients.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { ruleOf, type Somebody, somebody } from '#tests/support/people.ts';

/*
 * Whatever several people do in whatever order, and two of them at once: nothing goes out that not somebody else has approved, who saw exactly this
 * message, these settings and this list, and had no hand in it. What goes out is read here from the tables and compared as text, not by Rollcall's hash.
 */

const RUNS = Number(process.env.APPROVAL_RUNS ?? 25);
const senders = { emailFrom: 'default@sender.test' };
const HOUR_MS = 3_600_000;

let own: TestDatabase;
let people: Somebody[];
beforeAll(async () => {
  own = await createTestDatabase();
  // Two who write, and two who mostly look.
  people = [];
  for (const name of ['Ana', 'Ben', 'Cleo', 'Dora']) people.push(await somebody(own.db, name, name === 'Cleo' ? 'admin' : 'marketer'));
});
afterAll(() => own.drop());

/** What a campaign says, and to whom, read at one moment together with what waits for an approval. */
async function seen(id: number): Promise<{ text: string; hash: string | null; started: boolean }> {
  const { rows } = await own.db.pool.query<{ text: string; hash: string | null; started: boolean }>(
    `select json_build_array(name, channel, subject, html, c.text, coalesce(sender, $2), max_retries, unknown_policy,
       (select json_agg(json_build_array(address, variables) order by id) from recipients where campaign_id = c.id))::text as text,
       approval ->> 'hash' as hash, started_at is not null as started
     from campaigns c where id = $1`,
    [id, senders.emailFrom],
  );
  return rows[0] ?? { text: '', hash: null, started: false };
}

interface World {
  ids: number[];
  approved: { id: number; text: string; by: Somebody }[];
  started: Set<number>;
  sent: number;
}

type Act = (world: World, id: number, who: Somebody, viewer: Somebody['viewer'], n: number) => Promise<unknown>;
const csv = (rows: string[]) => Readable.from([Buffer.from(`email,city\n${rows.join('\n')}\n`)]);

const acts: Record<string, Act> = {
  async make(world, _id, who, viewer, n) {
    const { id } = await createCampaign(own.db, viewer, { name: `Made ${n}`, channel: 'email', subject: 'Hello', text: `Text ${n}` });
    world.ids.push(id);
    await acts.import?.(world, id, who, viewer, n);
  },
  async import(_, id, __, viewer, n) {
    const rows = Array.from({ length: 1 + (n % 4) }, (_, i) => `p${n + i}@example.test,City ${n}`);
    await importContacts(own.db, { campaignId: id, viewer, source: csv(rows), contentType: 'text/csv' });
  },
  async edit(_, id, __, viewer, n) {
    const changes = [
      { text: `Text ${n}` },
      { subject: `Subject ${n % 3}` },
      { max_retries: n % 5 },
      { from: `s${n % 2}@sender.test` },
      { name: `Name ${n % 3}` },
    ];
    await updateCampaign(own.db, id, changes[n % changes.length] as object, { viewer });
  },
  async empty(_, id, __, viewer) {
    await removeRecipients(own.db, id, viewer);
  },
  async clone(world, id, _, viewer) {
    const { id: copy } = await cloneCampaign(own.db, viewer, id);
    world.ids.push(copy);
    await cloneCampaignRecipients(own.db)({ campaign_id: id, clone_id: copy, recipients: 'all' }, {} as never);
  },
  async ask(_, id, __, viewer, n) {
    const time = n % 3 === 0 ? { scheduled_at: new Date(Date.now() + HOUR_MS * (1 + n)).toISOString() } : {};
    await askForApproval(own.db, viewer, id, senders, { send: n % 2 === 0, ...time });
  },
  async approve(world, id, who, viewer) {
    const { text, hash } = await seen(id);
    if (!hash) return;
    await approveCampaign(own.db, viewer, id, senders, { hash });
    world.approved.push({ id, text, by: who });
  },
  async 'by the book'(world, id, who, viewer, n) {
    const other = people[(people.indexOf(who) + 2) % people.length] as Somebody;
    await acts.ask?.(world, id, who, viewer, n);
    await acts.approve?.(world, id, other, other.viewer, n);
    await acts.send?.(world, id, who, viewer, n);
  },
  decline: async (_, id, __, viewer) => declineCampaign(own.db, viewer, id, { hash: (await seen(id)).hash ?? '' }),
  send: (_, id, __, viewer) => sendCampaign(own.db, viewer, id, senders),
  schedule: (_, id, __, viewer, n) =>
    sendCampaign(own.db, viewer, id, senders, { scheduled_at: new Date(Date.now() + HOUR_MS * (1 + n)).toISOString() }),
  'send now': (_, id, __, viewer) => sendScheduledNow(own.db, viewer, id),
  unschedule: (_, id, __, viewer) => unscheduleCampaign(own.db, viewer, id),
  pause: (_, id, __, viewer) => pauseCampaign(own.db, viewer, id),
  resume: (_, id, __, viewer) => resumeCampaign(own.db, viewer, id),
  cancel: (_, id, __, viewer) => cancelCampaign(own.db, viewer, id),
  retry: (_, id, __, viewer) => retryCampaign(own.db, viewer, id, { windowS: 86_400 }),
  async 'its time comes'(_, id) {
    const { rows } = await own.db.pool.query<{ at: Date | null }>(
      `select coalesce(scheduled_at, (approval ->> 'scheduled_at')::timestamptz) as at from campaigns where id = $1`,
      [id],
    );
    if (rows[0]?.at) await startScheduledCampaign(own.db, id, rows[0].at.toISOString());
  },
};

const step = fc.record({
  act: fc.constantFrom(...Object.keys(acts), ...['ask', 'approve', 'send', 'import', 'edit', 'by the book', 'by the book', 'by the book']),
  who: fc.nat({ max: 3 }),
  by: fc.constantFrom('viewer' as const, 'program' as const),
  which: fc.nat({ max: 5 }),
  n: fc.nat({ max: 40 }),
  /** Done at the same time as the next one. */
  together: fc.boolean(),
});

/** What was refused, and told so, is right; anything else is a fault. */
const settled = async (work: Promise<unknown>) => {
  try {
    await work;
  } catch (error) {
    if (!isProblem(error)) throw error;
  }
};

/** By whom it says what it says, as drafts tell it by name, with the one that it is a copy of. */
async function handsIn(id: number): Promise<string[]> {
  const { rows } = await own.db.pool.query<{ actor: string }>(
    `with recursive them as (select id, cloned_from, created_by from campaigns where id = $1
       union all select c.id, c.cloned_from, c.created_by from campaigns c join them on c.id = them.cloned_from)
     select created_by as actor from them union select actor from draft_changes where campaign_id = $1 and actor is not null`,
    [id],
  );
  return rows.map(({ actor }) => actor);
}

async function check(world: World): Promise<void> {
  for (const id of world.ids) {
    if (world.started.has(id)) continue;
    const { text, started } = await seen(id);
    if (!started) continue;
    world.started.add(id);
    world.sent++;
    const them = world.approved.filter((one) => one.id === id && one.text === text).map(({ by }) => by);
    expect(them.length, `campaign ${id} went out as nobody approved it: ${text}`).toBeGreaterThan(0);
    const hands = await handsIn(id);
    for (const by of them) expect(hands, 'approved by who had a hand in it').not.toContain(by.viewer.label);
    for (const by of them) expect(hands, 'approved by whose program had a hand in it').not.toContain(by.program.label);
  }
}

test(`nothing goes out that nobody else approved, ${RUNS} runs`, { timeout: 600_000 }, async () => {
  await ruleOf(own.db, { more_than: 1, roles: ['admin', 'marketer'] });
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 25, maxLength: 60 }), async (steps) => {
      const world: World = { ids: [], approved: [], started: new Set(), sent: 0 };
      const first = people[0] as Somebody;
      await acts.make?.(world, 0, first, first.viewer, 3);
      for (let i = 0; i < steps.length; i++) {
        const work: Promise<unknown>[] = [];
        for (;;) {
          const { act, who, by, which, n, together } = steps[i] as (typeof steps)[number];
          const one = people[/^(make|import|edit|empty|clone)$/.test(act) ? who % 2 : who] as Somebody;
          const id = world.ids[which % world.ids.length] as number;
          work.push(settled(acts[act]?.(world, id, one, one[by], n) as Promise<unknown>));
          if (!together || i + 1 >= steps.length || work.length === 2) break;
          i++;
        }
        await Promise.all(work);
        await check(world);
      }
      sent += world.sent;
    }),
    { numRuns: RUNS, endOnFailure: false },
  );
  // Else it has shown nothing.
  expect(sent).toBeGreaterThan(RUNS / 4);
});
