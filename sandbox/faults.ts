import { z } from 'zod';

const rate = z.number().min(0).max(1).default(0);
const milliseconds = z.number().int().min(0).max(600_000);

const channelFaults = z
  .strictObject({
    rate_429: rate,
    rate_500: rate,
    rate_invalid: rate,
    /** Takes the request and never answers; the message does not exist. */
    rate_timeout: rate,
    /** Accepts the message and never answers. */
    rate_timeout_accepted: rate,
    /** Resets the connection after the request; the message does not exist. */
    rate_reset: rate,
    /** Accepts the message and breaks the connection within the answer. */
    rate_cut: rate,
    latency_ms: milliseconds.default(0),
    /** Told with each 429 and 503; without it they carry no hint. */
    retry_after_s: z.number().int().min(0).max(86_400).nullable().default(null),
    out_of_credits: z.boolean().default(false),
    bad_key: z.boolean().default(false),
    /** Every request gets a 503 of a load balancer. */
    down: z.boolean().default(false),
    /** Every request gets the sign-in page of a network, with status 200. */
    captive: z.boolean().default(false),
    events: z.enum(['on', 'off']).default('on'),
    events_delay_ms: milliseconds.default(200),
  })
  .refine((faults) => faultRates(faults).reduce((sum, [, share]) => sum + share, 0) <= 1 + 1e-9, 'the rates add up to more than 1');

const faultsSchema = z.strictObject({
  email: channelFaults.prefault({}),
  sms: channelFaults.prefault({}),
});

export type Channel = 'email' | 'sms';
export type Faults = z.output<typeof faultsSchema>;
export type FaultsInput = z.input<typeof faultsSchema>;
export type ChannelFaults = Faults[Channel];

/** What happens to one message. */
export type Fate = 'accept' | 'bounce' | '429' | '500' | 'invalid' | 'timeout' | 'timeout_accepted' | 'reset' | 'cut' | 'blocked';

/** Faults with all defaults filled in; what is left out is off. Throws a ZodError that names the field. */
export function parseFaults(input: unknown): Faults {
  return faultsSchema.parse(input);
}

/** @param random 0 to below 1 */
export function drawFate(faults: ChannelFaults, random: number): Fate {
  let left = random;
  for (const [fate, share] of faultRates(faults)) {
    if (left < share) return fate;
    left -= share;
  }
  return 'accept';
}

type Rates = Record<`rate_${'429' | '500' | 'invalid' | 'timeout' | 'timeout_accepted' | 'reset' | 'cut'}`, number>;

function faultRates(faults: Rates): [Fate, number][] {
  return [
    ['429', faults.rate_429],
    ['500', faults.rate_500],
    ['invalid', faults.rate_invalid],
    ['timeout', faults.rate_timeout],
    ['timeout_accepted', faults.rate_timeout_accepted],
    ['reset', faults.rate_reset],
    ['cut', faults.rate_cut],
  ];
}

/** Numbers from 0 to below 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
