import type { Fate } from './faults.ts';

/** A part of an address's script: this fate for so many requests. */
export interface Step {
  fate: Fate;
  times: number;
}

const words: Record<string, Fate> = {
  '429': '429',
  '500': '500',
  invalid: 'invalid',
  timeout: 'timeout',
  timeoutaccepted: 'timeout_accepted',
  bounce: 'bounce',
  blocked: 'blocked',
};

/** What each word before the `@` does, for `GET /sandbox`. */
export const addressScripts: Record<string, string> = {
  '+429': 'asked to slow down',
  '+500': 'server error',
  '+invalid': 'refused as an invalid address',
  '+timeout': 'no answer, no message',
  '+timeoutaccepted': 'no answer, but the message exists',
  '+blocked': 'a web page of a firewall in the place of an answer',
  '+bounce': 'accepted, then an event says that it bounced',
};

/**
 * The script that an email address carries: `ann+429x2@example.com` is refused twice and then accepted; without `xN` a word holds
 * for every request; several follow one another. Words that are none of ours are ordinary plus-addressing. Null where there is none.
 */
export function emailScript(address: string): Step[] | null {
  const plus = address.indexOf('+');
  if (plus === -1) return null;
  const steps = address
    .slice(plus + 1, address.lastIndexOf('@'))
    .toLowerCase()
    .split('+')
    .flatMap((word): Step[] => {
      const [, name = '', times] = /^(429|[a-z]+|500)(?:x(\d{1,4}))?$/.exec(word) ?? [];
      const fate = words[name];
      return fate ? [{ fate, times: times === undefined ? Number.POSITIVE_INFINITY : Number(times) }] : [];
    });
  return steps.length > 0 ? steps : null;
}

export interface PhoneScript {
  steps: Step[];
  /** Twilio's code of an `invalid` refusal. */
  code?: number;
  /** The end that a status callback reports. */
  callback?: { status: 'undelivered' | 'failed'; code: number };
  does: string;
}

const always = (fate: Fate): Step[] => [{ fate, times: Number.POSITIVE_INFINITY }];
const refusal = (code: number, does: string): PhoneScript => ({ steps: always('invalid'), code, does: `${does} (${code})` });
const failure = (status: 'undelivered' | 'failed', code: number, does: string): PhoneScript => ({
  steps: [],
  callback: { status, code },
  does: `accepted, then ${status}: ${does} (${code})`,
});

/**
 * Numbers with a fixed fate: the 555-01xx range, which belongs to nobody, and the magic numbers of Twilio's own test credentials
 * (twilio.com/docs/iam/test-credentials).
 */
export const phoneScripts: Readonly<Record<string, PhoneScript>> = {
  '+19075550101': refusal(21211, 'not a valid number'),
  '+19075550102': refusal(21612, 'cannot be reached from this sender'),
  '+19075550103': refusal(21408, 'country not allowed'),
  '+19075550104': refusal(21610, 'opted out'),
  '+19075550105': refusal(21614, 'not a mobile number'),
  '+19075550106': refusal(21608, 'not verified on a trial account'),
  '+19075550107': { steps: always('blocked'), does: 'a web page of a firewall in the place of an answer' },
  '+19075550111': { steps: [{ fate: '429', times: 1 }], does: 'asked to slow down once, then accepted' },
  '+19075550112': { steps: [{ fate: '429', times: 2 }], does: 'asked to slow down twice, then accepted' },
  '+19075550113': { steps: always('429'), does: 'always asked to slow down' },
  '+19075550121': { steps: [{ fate: '500', times: 1 }], does: 'one server error, then accepted' },
  '+19075550122': { steps: always('500'), does: 'always a server error' },
  '+19075550131': { steps: always('timeout'), does: 'no answer, no message' },
  '+19075550132': { steps: always('timeout_accepted'), does: 'no answer, but the message exists' },
  '+19075550133': { steps: always('reset'), does: 'connection reset, no message' },
  '+19075550134': { steps: always('cut'), does: 'accepted, the answer cut off' },
  '+19075550141': failure('undelivered', 30003, 'phone off'),
  '+19075550142': failure('undelivered', 30005, 'unknown number'),
  '+19075550143': failure('undelivered', 30006, 'landline'),
  '+19075550144': failure('undelivered', 30007, 'blocked by the carrier'),
  '+19075550145': failure('failed', 30008, 'unknown error'),
  '+19075550146': failure('undelivered', 30034, 'sender not registered'),
  '+19075550147': failure('undelivered', 30032, 'toll-free sender not verified'),
  '+15005550001': refusal(21211, 'not a valid number'),
  '+15005550002': refusal(21612, 'cannot be reached from this sender'),
  '+15005550003': refusal(21408, 'country not allowed'),
  '+15005550004': refusal(21610, 'opted out'),
  '+15005550009': refusal(21614, 'not a mobile number'),
};

/** The fate of request number `asked` (from 0) of one recipient and round; null when the script is over. */
export function scriptedFate(steps: readonly Step[], asked: number): Fate | null {
  let before = 0;
  for (const { fate, times } of steps) {
    before += times;
    if (asked < before) return fate;
  }
  return null;
}
