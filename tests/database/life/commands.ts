import fc from 'fast-check';
import { expect } from 'vitest';
import { cancelCampaign, pauseCampaign, resumeCampaign } from '#app/domain/campaigns/life.server.ts';
import { retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';
import { recordEvents } from '#app/domain/delivery/record-events.server.ts';
import { resolveRecipient, resolveUnknown } from '#app/domain/recipients/resolve-recipient.server.ts';
import { retryRecipient } from '#app/domain/recipients/retry-recipient.server.ts';
import { suppressRecipient } from '#app/domain/recipients/suppress-recipient.server.ts';
import { removeSuppression } from '#app/domain/suppressions/change-suppressions.server.ts';
import { unsubscribe } from '#app/domain/unsubscribe/unsubscribe.server.ts';
import type { ProviderEvent } from '#app/providers/provider-event.ts';
import type { Model } from './model.ts';
import { type Attempt, type Delivery, Refusal } from './person.ts';
import { agree, byDefault, statusOf, type World } from './world.ts';

export type Command = fc.AsyncCommand<Model, World> & { act: Run };
export type Run = (model: Model, real: World) => Promise<void>;

const ana = { id: '1', name: 'Ana', email: null, role: 'admin', via: 'session', label: 'Ana' } as const;

/** A command whose arguments stand in its name, so that a failure can be read; after it everything must agree. */
export function command(name: string, given: object, run: Run, when: (model: Model) => boolean = () => true): Command {
  return {
    check: (model) => when(model as Model),
    act: run,
    async run(model, real) {
      real.commands++;
      await run(model, real);
      await agree(model, real);
    },
    toString: () => `${name}(${Object.values(given).join(', ')})`,
  };
}

const nth = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;
const who = fc.nat(5);

/** What the model refuses the product refuses with the same status, and nothing else. */
async function both(real: Promise<unknown>, model: () => unknown): Promise<void> {
  const status = await statusOf(real);
  let expected = 200;
  try {
    model();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expected = error.status;
  }
  expect(status).toBe(expected);
}

// People.

const lifeActs = [
  ['pause', pauseCampaign],
  ['resume', resumeCampaign],
  ['cancel', cancelCampaign],
] as const;

export const life = ([name, act]: (typeof lifeActs)[number]) =>
  command(name, {}, (model, real) => both(act(real.db, ana, real.id), () => model[name]()));

const windowS = 86_400;
const corrections = ['same', 'new', 'taken'] as const;
export const retryOne = (n: number, to: (typeof corrections)[number]) =>
  command('retryOne', { n, to }, async (model, real) => {
    const person = nth(model.people, n);
    const address = to === 'same' ? undefined : to === 'taken' ? nth(model.people, n + 1).address : real.newAddress();
    await both(retryRecipient(real.db, ana, real.id, person.id, { address, windowS }), () => model.retryOne(person, address));
  });

const rounds = ['default', 'all', 'unknown code'] as const;
export const retryRound = (which: (typeof rounds)[number]) =>
  command('retryRound', { which }, async (model, real) => {
    const standing = [...new Set(model.people.filter(({ status }) => status === 'failed').map(({ code }) => code as string))];
    const codes = which === 'default' ? undefined : which === 'all' ? standing : ['no_such_code'];
    await both(retryCampaign(real.db, ana, real.id, { codes, windowS }), () => model.retryRound(codes, byDefault(model)));
  });

const outcomes = ['sent', 'failed', 'resend'] as const;
export const resolveOne = (n: number, outcome: (typeof outcomes)[number]) =>
  command('resolveOne', { n, outcome }, async (model, real) => {
    const person = nth(model.people, n);
    await both(resolveRecipient(real.db, ana, real.id, person.id, outcome), () => model.resolveOne(person, outcome));
  });

const resolveAll = (outcome: (typeof outcomes)[number], named: boolean) =>
  command('resolveAll', { outcome, named }, async (model, real) => {
    const whom = named ? model.people : undefined;
    await both(resolveUnknown(real.db, ana, real.id, { outcome, ids: whom?.map(({ id }) => id) }), () => model.resolveAll(outcome, whom));
  });

export const suppress = (n: number) =>
  command('suppress', { n }, async (model, real) => {
    const { id, address } = nth(model.people, n);
    await suppressRecipient(real.db, ana, real.id, id);
    model.suppress(address, 'manual');
  });

const unsuppress = (n: number) =>
  command('unsuppress', { n }, async (model, real) => {
    const { address } = nth(model.people, n);
    await both(removeSuppression(real.db, { channel: real.channel, address }), () => model.unsuppress(address));
  });

const leave = (n: number) =>
  command('leave', { n }, async (model, real) => {
    const person = nth(model.people, n);
    await unsubscribe(real.db, { campaignId: real.id, recipientId: person.id, round: person.round });
    const address = model.addressIn(person, person.round);
    const known = model.suppressed.get(address)?.has('unsubscribe by link');
    model.leave(person);
    model.suppress(address, 'unsubscribe by link');
    const newest = [...model.attempts.values()].findLast(
      (one) => one.person === person && one.round === person.round && one.outcome !== null,
    );
    if (known || !newest) return;
    newest.told.push(null);
    newest.took = true;
    model.learn([newest]);
  });

// The provider.

interface Told {
  kind: ProviderEvent['kind'];
  delivery: Delivery | null;
  suppress?: ProviderEvent['suppress'];
  reason?: string;
}
const reports: Record<'email' | 'sms', Told[]> = {
  email: [
    { kind: 'processed', delivery: null },
    { kind: 'deferred', delivery: 'deferred' },
    { kind: 'delivered', delivery: 'delivered' },
    { kind: 'bounced', delivery: 'bounced', suppress: 'hard_bounce', reason: 'hard_bounce' },
    { kind: 'complained', delivery: 'complained', suppress: 'complaint', reason: 'complaint' },
    { kind: 'unsubscribed', delivery: null, suppress: 'unsubscribe', reason: 'unsubscribe' },
  ],
  sms: [
    { kind: 'processed', delivery: null },
    { kind: 'delivered', delivery: 'delivered' },
    { kind: 'undelivered', delivery: 'undelivered' },
  ],
};

/** Attempts that reached the provider: those whose answer is in, and those whose call is under way. */
const called = (model: Model) =>
  [...model.attempts.values()].filter(
    (attempt) =>
      (attempt.outcome !== null && attempt.outcome !== 'account') ||
      model.calls.some((call) => call.attempt === attempt && !call.unanswered),
  );

/** A report about an attempt: the newest, one before it, or one whose answer is not in yet. */
export const event = (back: number, kind: number) =>
  command(
    'event',
    { back, kind },
    async (model, real) => {
      const attempt = nth(called(model).reverse(), back);
      const report = nth(reports[real.channel], kind);
      await recordEvents(real.db, [eventOf(real, model, attempt, report)]);
      if (attempt.seen.has(report.kind)) return;
      attempt.seen.add(report.kind);
      attempt.told.push(report.delivery);
      attempt.took = true;
      model.learn([attempt]);
      if (report.kind === 'unsubscribed') model.leave(attempt.person);
      if (report.kind === 'complained') model.leave(attempt.person, 'complained');
      if (report.reason) model.suppress(addressOf(model, attempt), report.reason);
    },
    (model) => called(model).length > 0,
  );

/** Of an attempt that is not in the log yet: what its recipient is sent to now. */
const addressOf = (model: Model, { person, round, outcome, id }: Attempt) =>
  outcome === null && person.attempt === id ? person.address : model.addressIn(person, round);

function eventOf(real: World, model: Model, attempt: Attempt, { kind, delivery, suppress: asks = null }: Told): ProviderEvent {
  return {
    ...{ provider: real.channel === 'email' ? 'sendgrid' : 'twilio', eventId: `${attempt.id}:${kind}` },
    ...{ campaignId: real.id, recipientId: attempt.person.id, attemptId: attempt.id, kind, delivery, occurredAtMs: null, code: null },
    ...{ failureCode: delivery === 'undelivered' ? 'unreachable' : null, reason: delivery === 'undelivered' ? 'The phone was off.' : null },
    ...{ address: addressOf(model, attempt), suppress: asks },
  };
}

const often = <T>(arbitrary: T, times: number): T[] => Array.from({ length: times }, () => arbitrary);

export const peoplesCommands: fc.Arbitrary<Command>[] = [
  ...often(fc.constantFrom(...lifeActs).map(life), 2),
  fc.constantFrom(...lifeActs.slice(0, 2)).map(life),
  ...often(
    fc.tuple(who, fc.constantFrom(...corrections)).map((given) => retryOne(...given)),
    3,
  ),
  ...often(fc.constantFrom(...rounds).map(retryRound), 2),
  ...often(
    fc.tuple(who, fc.constantFrom(...outcomes)).map((given) => resolveOne(...given)),
    3,
  ),
  fc.tuple(fc.constantFrom(...outcomes), fc.boolean()).map((given) => resolveAll(...given)),
  who.map(suppress),
  who.map(unsuppress),
  who.map(leave),
  ...often(
    fc.tuple(fc.nat(5), fc.nat(5)).map((given) => event(...given)),
    5,
  ),
];
