import type { EventPoster } from './events.ts';
import { type ChannelFaults, drawFate, type Fate, type Faults } from './faults.ts';
import type { Ids, Ledger } from './ledger.ts';
import { type Step, scriptedFate } from './scripts.ts';

/** Credentials that are accepted; undefined takes any of the right form. */
export interface AcceptedCredentials {
  sendgridApiKey?: string | undefined;
  twilioAccountSid?: string | undefined;
  twilioAuthToken?: string | undefined;
}

export interface State {
  faults: Faults;
  ledger: Ledger;
  events: EventPoster;
  random: () => number;
  credentials: AcceptedCredentials;
  /** How often a scripted recipient was tried, by recipient (or address) and round. */
  asked: Map<string, number>;
}

/** A script goes before the rates; once it is over its recipient is accepted whatever the rates are, so that tests can count. */
export function fateOf(state: State, faults: ChannelFaults, to: string, ids: Ids, script: readonly Step[] | null): Fate {
  if (script === null) return drawFate(faults, state.random());
  const key = ids.recipient === null ? to : `${ids.campaign}:${ids.recipient}:${ids.round}`;
  const asked = state.asked.get(key) ?? 0;
  state.asked.set(key, asked + 1);
  return scriptedFate(script, asked) ?? 'accept';
}

/** A decimal id as Rollcall sends it, or null. */
export function idOf(value: unknown): number | null {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null;
}
