import type { Unanswered } from './exchange.ts';
import type { Refused } from './provider.ts';

/** What a refusal means: all of a Refused but what only the single answer can tell. */
export interface Meaning {
  outcome: Refused['outcome'];
  failureCode: string;
  reason: string;
  lookUpFirst?: boolean;
  alert?: boolean;
  foreign?: boolean;
}

export interface StatusRule {
  from: number;
  to: number;
  meaning: Meaning;
}

/** The first rule whose range holds the status. Tables end with a rule for everything. */
export function meaningOfStatus(rules: readonly StatusRule[], status: number): Meaning {
  const rule = rules.find(({ from, to }) => status >= from && status <= to);
  if (!rule) throw new RangeError(`no rule for HTTP status ${status}`);
  return rule.meaning;
}

/** What every HTTP status means where nothing finer is known. */
export function statusRules(provider: string): StatusRule[] {
  const configuration: Meaning = {
    outcome: 'account',
    failureCode: 'configuration',
    reason: `${provider} did not understand where the message was sent to. Check the provider's base URL in the settings, then retry.`,
  };
  return [
    { from: 100, to: 399, meaning: configuration },
    {
      from: 401,
      to: 401,
      meaning: {
        outcome: 'account',
        failureCode: 'credentials',
        reason: `${provider} refused the key. Check that it is complete and still valid, and enter another under Settings, Providers, or in the environment where it is set there; then retry.`,
      },
    },
    {
      from: 402,
      to: 402,
      meaning: {
        outcome: 'account',
        failureCode: 'out_of_credits',
        reason: `The ${provider} account has no credits left. Top it up at ${provider}, then retry.`,
      },
    },
    {
      from: 403,
      to: 403,
      meaning: {
        outcome: 'account',
        failureCode: 'credentials',
        reason: `${provider} does not let this key send. Give it the permission to send, or use another key, then retry.`,
      },
    },
    { from: 404, to: 405, meaning: configuration },
    {
      from: 408,
      to: 408,
      meaning: {
        outcome: 'transient',
        failureCode: 'timeout',
        reason: `${provider} gave up waiting for the whole message, so it did not take it.`,
      },
    },
    { from: 415, to: 415, meaning: configuration },
    {
      from: 429,
      to: 429,
      meaning: {
        outcome: 'transient',
        failureCode: 'rate_limited',
        reason: `${provider} asked us to slow down. If this goes on, lower the sending rate.`,
      },
    },
    {
      from: 400,
      to: 499,
      meaning: {
        outcome: 'permanent',
        failureCode: 'content_rejected',
        reason: `${provider} refused this message. Check subject, body and sender in the preview for this recipient.`,
      },
    },
    {
      from: 0,
      to: Number.POSITIVE_INFINITY,
      meaning: {
        outcome: 'transient',
        failureCode: 'provider_error',
        reason: `${provider} had an error of its own and did not take the message.`,
      },
    },
  ];
}

/** A refusal whose explanation was cut off: it was not accepted, and asking again is safe and tells why. */
export function cutRefusal(provider: string): Meaning {
  return {
    outcome: 'transient',
    failureCode: 'connection',
    reason: `The connection to ${provider} broke while it explained why it did not take the message.`,
  };
}

/** The SDK refused to build the request, so nothing was sent. */
export const notBuilt: Meaning = {
  outcome: 'permanent',
  failureCode: 'content_rejected',
  reason: 'The message could not be put together. Check subject, body and sender in the preview for this recipient.',
};

/** What the end of an exchange without an answer means for the message. */
export function meaningOfSilence(provider: string, { kind, cause }: Unanswered): Meaning {
  if (cause === 'invalid') {
    return {
      outcome: 'account',
      failureCode: 'configuration',
      reason: `The request to ${provider} could not be made. Check the provider's base URL and key in the settings, then retry.`,
    };
  }
  return (kind === 'no_answer' ? afterWriting : beforeWriting)[cause](provider);
}

const beforeWriting = {
  deadline: (provider: string): Meaning => ({
    outcome: 'transient',
    failureCode: 'timeout',
    reason: `${provider} did not take the connection in time, so nothing was sent.`,
  }),
  network: (provider: string): Meaning => ({
    outcome: 'transient',
    failureCode: 'connection',
    reason: `${provider} could not be reached, so nothing was sent. If this goes on, check the network.`,
  }),
  stopped: (provider: string): Meaning => ({
    outcome: 'transient',
    failureCode: 'connection',
    reason: `Rollcall was stopped before the message went to ${provider}, so nothing was sent.`,
  }),
};

const afterWriting = {
  deadline: (provider: string): Meaning => ({
    outcome: 'unknown',
    failureCode: 'outcome_unknown',
    reason: `${provider} got the message but did not answer in time, so it may or may not be on its way.`,
  }),
  network: (provider: string): Meaning => ({
    outcome: 'unknown',
    failureCode: 'outcome_unknown',
    reason: `The connection to ${provider} broke before it answered, so the message may or may not be on its way.`,
  }),
  stopped: (provider: string): Meaning => ({
    outcome: 'unknown',
    failureCode: 'outcome_unknown',
    reason: `Rollcall was stopped before ${provider} answered, so the message may or may not be on its way.`,
  }),
};
