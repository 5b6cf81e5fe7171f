import type { Meaning } from './classification.ts';

const invalidNumber: Meaning = {
  outcome: 'permanent',
  failureCode: 'invalid_number',
  reason: 'Twilio says that this number cannot get text messages. Correct it in the contact list and send to it again.',
};
const unreachable: Meaning = {
  outcome: 'permanent',
  failureCode: 'unreachable',
  reason: 'This number does not exist any more or is a landline. Ask the person for a mobile number.',
};
const carrierRejected: Meaning = {
  outcome: 'permanent',
  failureCode: 'carrier_rejected',
  reason: 'The carrier blocked the message. Look at its wording and links, and at the registration of the sender number.',
};
const suspended: Meaning = {
  outcome: 'account',
  failureCode: 'account_suspended',
  reason: 'The Twilio account is not active, often because its balance ran out. Look at the Twilio Console, then retry.',
};
const credentials: Meaning = {
  outcome: 'account',
  failureCode: 'credentials',
  reason: 'Twilio refused the account SID or auth token. Check both in the settings, then retry.',
};
const busy: Meaning = {
  outcome: 'transient',
  failureCode: 'rate_limited',
  reason: 'Twilio asked us to slow down. The message is tried again by itself; if this goes on, lower the sending rate.',
};
const sender: Meaning = {
  outcome: 'account',
  failureCode: 'configuration',
  reason: 'The sender number cannot send text messages from this Twilio account. Choose one of your Twilio numbers, then retry.',
};

/** Twilio's error codes as answers to a send (twilio.com/docs/api/errors/N). What is not listed goes by its HTTP status. */
export const twilioCodes: Readonly<Record<number, Meaning>> = {
  10001: suspended,
  20003: credentials,
  20005: suspended,
  20403: {
    outcome: 'account',
    failureCode: 'credentials',
    reason: 'The Twilio account may not use this service. Check the permissions of the account or key at Twilio, then retry.',
  },
  30002: suspended,
  30454: {
    outcome: 'account',
    failureCode: 'out_of_credits',
    reason: 'The limit of the Twilio trial account is reached. Upgrade it at Twilio, then retry.',
  },
  63038: {
    outcome: 'account',
    failureCode: 'out_of_credits',
    reason: 'The daily message limit of the Twilio account is used up. Raise it at Twilio or retry tomorrow.',
  },

  14107: {
    outcome: 'transient',
    failureCode: 'rate_limited',
    reason: 'Twilio saw very many messages to this one number, which looks like a loop. Check that it is not sent to by mistake.',
    alert: true,
  },
  20429: busy,
  21611: busy,
  30001: busy,
  20500: {
    outcome: 'transient',
    failureCode: 'provider_error',
    reason: 'Twilio had an error of its own. The message is tried again by itself.',
    lookUpFirst: true,
  },

  21211: invalidNumber,
  21614: invalidNumber,
  21635: invalidNumber,
  30005: unreachable,
  30006: unreachable,
  21610: {
    outcome: 'permanent',
    failureCode: 'opted_out',
    reason: 'This person answered STOP to the sender. They are not sent to until they answer START.',
  },
  21408: {
    outcome: 'permanent',
    failureCode: 'not_allowed',
    reason: 'The Twilio account may not send to this country. Allow it under Messaging Geographic Permissions at Twilio, then retry.',
  },
  21612: {
    outcome: 'permanent',
    failureCode: 'not_allowed',
    reason: 'The sender number cannot reach this number. Send to it from another number.',
  },
  30004: carrierRejected,
  30007: carrierRejected,

  21212: sender,
  21603: sender,
  21606: sender,
  21659: sender,
  21609: {
    outcome: 'account',
    failureCode: 'configuration',
    reason: 'Twilio cannot use the address for delivery reports. Set BASE_URL to the public address of Rollcall, then retry.',
  },
  21617: {
    outcome: 'permanent',
    failureCode: 'content_rejected',
    reason: 'The message is longer than the 1600 characters that Twilio takes. Shorten it.',
  },
};

/**
 * What a status callback's ErrorCode means for a message that Twilio had accepted before. A delivery failure never stops the
 * account or is retried by itself; a person may retry what may pass.
 */
export const twilioDeliveryCodes: Readonly<Record<number, { failureCode: string; reason: string }>> = {
  30003: {
    failureCode: 'unreachable',
    reason: 'The phone was off or out of reach. Retry later.',
  },
  30004: carrierRejected,
  30005: unreachable,
  30006: unreachable,
  30007: carrierRejected,
  30008: {
    failureCode: 'unreachable',
    reason: 'The carrier could not deliver the message and gave no reason. Retry later.',
  },
  30500: {
    failureCode: 'provider_error',
    reason: 'Twilio failed while it was delivering the message. Retry later.',
  },
};

/** Why an accepted text did not arrive. Codes of the account say nothing about the recipient, and unlisted ones little: both may pass. */
export function twilioDeliveryFailure(code: number): { failureCode: string; reason: string } {
  const known = twilioDeliveryCodes[code];
  if (known) return known;
  const refusal = twilioCodes[code];
  if (refusal?.outcome === 'permanent') return refusal;
  return { failureCode: 'unreachable', reason: 'The message could not be delivered to this phone. Retry later.' };
}
