import { type Channel, seededRandom } from '#sandbox/faults.ts';

/** What goes wrong, as the table says it. */
const faultKinds = [
  'worker killed',
  'both workers killed',
  'worker replaced',
  'worker frozen',
  'web killed',
  'all web killed',
  'web replaced',
  'PostgreSQL restarted',
  'PostgreSQL stopped at once',
  'PostgreSQL killed',
  'PostgreSQL gone',
  'worker told to stop while PostgreSQL is gone',
  'connections cut',
  'listener cut',
  'socket cut',
  'provider down',
  'provider slow',
  'paused by a person',
  'sent to one again by a person',
] as const;
type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  kind: FaultKind;
  /** Happens when the provider has accepted this share of the recipients. */
  at: number;
  /** How long it lasts, where it lasts. */
  ms: number;
}

export interface Plan {
  seed: number;
  channel: Channel;
  /** Does the provider tell by events what became of messages? */
  events: boolean;
  /** Of each call: what the sandbox does to it, all the time. */
  rates: Record<'rate_429' | 'rate_500' | 'rate_invalid' | 'rate_timeout' | 'rate_timeout_accepted' | 'rate_reset' | 'rate_cut', number>;
  latencyMs: number;
  faults: Fault[];
  /** Each happens in the middle of a retry round that a person starts after the end. `at` means nothing here. */
  retryFaults: Fault[];
}

export interface PlanSize {
  faults: number;
  /** The longest that PostgreSQL stays away. */
  goneMs: number;
}

/**
 * What happens in the run of one seed; the same seed plans the same. Events are on in odd seeds and off in even ones; of four seeds in a row
 * two send email and two SMS, each once with events and once without.
 */
export function planRun(seed: number, { faults: count, goneMs }: PlanSize): Plan {
  const random = seededRandom(seed);
  const between = (least: number, most: number) => least + random() * (most - least);
  const left: FaultKind[] = [];
  const fault = (at: number): Fault => {
    if (left.length === 0) left.push(...faultKinds);
    const [kind] = left.splice(Math.floor(random() * left.length), 1) as [FaultKind];
    return { kind, at, ms: Math.round(kind === 'PostgreSQL gone' ? between(goneMs / 2, goneMs) : between(1_000, Math.min(goneMs, 6_000))) };
  };
  const moments = Array.from({ length: count }, () => between(0.02, 0.85)).sort((a, b) => a - b);
  const faults = moments.map(fault);
  return {
    seed,
    channel: seed % 4 < 2 ? 'email' : 'sms',
    events: seed % 2 === 1,
    rates: {
      rate_429: between(0, 0.04),
      rate_500: between(0, 0.04),
      rate_invalid: between(0.01, 0.04),
      rate_timeout: between(0, 0.005),
      rate_timeout_accepted: between(0, 0.01),
      rate_reset: between(0, 0.01),
      rate_cut: between(0, 0.01),
    },
    latencyMs: Math.round(between(40, 120)),
    faults,
    retryFaults: count === 0 ? [] : [fault(0), fault(0)],
  };
}
