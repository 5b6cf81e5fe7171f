import type { Meaning } from './classification.ts';

const account = (failureCode: string, reason: string): Meaning => ({ outcome: 'account', failureCode, reason });
const permanent = (failureCode: string, reason: string): Meaning => ({ outcome: 'permanent', failureCode, reason });

const invalidNumber = permanent(
  'invalid_number',
  'Twilio says that this number cannot get text messages. Correct it in the contact list and send to it again.',
);
const noMobile = permanent(
  'invalid_number',
  'This number does not exist any more or is a landline. Ask the person for a mobile number, correct it and send again.',
);
const carrierRejected = permanent(
  'carrier_rejected',
  'The carrier blocked the message. Look at its wording and links, and at the registration of the sender number.',
);
const content = permanent('content_rejected', 'Twilio does not take this text. Check it in the preview for this recipient.');
const tooLong = permanent('content_rejected', 'The message is longer than the 1600 characters that Twilio takes. Shorten it.');
const suspended = account(
  'account_suspended',
  'The Twilio account is not active, often because its balance ran out. Look at the Twilio Console, then retry.',
);
const credentials = account('credentials', 'Twilio refused the account SID or auth token. Check both in the settings, then retry.');
const notAllowed = account(
  'credentials',
  'The Twilio account may not use this service. Check the permissions of the account or key at Twilio, then retry.',
);
const trial = account(
  'trial_account',
  'This is a Twilio trial account, which sends only to numbers verified there, and little. Upgrade the account at Twilio, or verify these numbers, then retry.',
);
const dailyLimit = account(
  'out_of_credits',
  'The daily message limit of the Twilio account is used up. Raise it at Twilio or retry tomorrow.',
);
const sender = account(
  'configuration',
  'The sender number cannot send text messages from this Twilio account. Choose one of your Twilio numbers, then retry.',
);
const service = account(
  'configuration',
  'The Twilio messaging service does not exist, or has no number to send from. Check SMS_FROM and the service at Twilio, then retry.',
);
const unregistered = account(
  'sender_not_registered',
  'Carriers take no messages from this sender before it is registered. Register the number, brand or sender name at Twilio, and send again once it is approved.',
);
const busy: Meaning = {
  outcome: 'transient',
  failureCode: 'rate_limited',
  reason: 'Twilio asked us to slow down. If this goes on, lower the sending rate.',
};
const ownError: Meaning = {
  outcome: 'transient',
  failureCode: 'provider_error',
  reason: 'Twilio had an error of its own and may not have taken the message.',
  lookUpFirst: true,
};

/** Twilio's error codes as answers to a send (twilio.com/docs/api/errors/N). What is not listed goes by its HTTP status. */
const groups: [Meaning, number[]][] = [
  [credentials, [20003, 20101, 20102, 20103, 20104, 20105, 20106, 20107, 20151, 20152, 20153, 20154, 20155, 20156, 20157, 20159, 20160]],
  [notAllowed, [20006, 20403]],
  [
    account('credentials', 'These are test credentials of Twilio, which send nothing. Enter those of the account itself, then retry.'),
    [20008],
  ],
  [
    account(
      'configuration',
      'Twilio does not know this account, or the sender does not belong to it. Check account SID, sender and base URL, then retry.',
    ),
    [20404, 63002, 63007],
  ],
  [suspended, [10001, 20005, 20010, 30002, 63020, 63051, 90010]],
  [trial, [10002, 14111, 21219, 21404, 21607, 21608, 30044, 63015]],
  [account('trial_account', 'The limit of the Twilio trial account is reached. Upgrade it at Twilio, then retry.'), [30454]],
  [dailyLimit, [30023, 30027, 63038]],
  [
    sender,
    [14108, 21210, 21212, 21267, 21401, 21407, 21601, 21603, 21606, 21616, 21657, 21659, 21660, 21661, 21910, 30015, 30016, 63001, 63008],
  ],
  [service, [21701, 21702, 21703, 21704, 21705, 21711, 21712, 21713, 21715, 30124, 30127]],
  [unregistered, [21649, 21708, 21709, 21717, 21729, 30032, 30033, 30034, 30035, 30125]],
  [
    account(
      'configuration',
      'Twilio cannot use the address for delivery reports. Set BASE_URL to the public address of Rollcall, then retry.',
    ),
    [21609],
  ],
  [
    {
      outcome: 'transient',
      failureCode: 'rate_limited',
      reason: 'Twilio saw very many messages to this one number, which looks like a loop. Check that it is not sent to by mistake.',
      alert: true,
    },
    [14107],
  ],
  [busy, [20429, 21611, 30001, 30022, 63017, 63018]],
  [ownError, [20500, 20503, 21730, 30020, 30021, 30410, 30500, 63010, 63012]],
  [invalidNumber, [20023, 21211, 21214, 21217, 21265, 21604, 21614, 21635, 30014, 63003, 63024]],
  [permanent('invalid_number', 'This is the number that the campaign is sent from. Take it off the contact list or correct it.'), [21266]],
  [noMobile, [30005, 30006]],
  [permanent('opted_out', 'This person answered STOP to the sender. They are not sent to until they answer START.'), [21610]],
  [
    permanent(
      'not_allowed',
      'The Twilio account may not send to this country. Allow it under Messaging Geographic Permissions at Twilio, then retry.',
    ),
    [21408],
  ],
  [permanent('not_allowed', 'The sender number cannot reach this number. Send to it from another number.'), [21612]],
  // Only in the countries and at the carriers that ask for it, so not the account's.
  [{ ...unregistered, outcome: 'permanent' }, [30018, 30024, 30040, 30041]],
  [carrierRejected, [30004, 30007, 30450, 30453]],
  [tooLong, [21605, 21617]],
  [content, [21602, 21618, 30019]],
];

export const twilioCodes: Readonly<Record<number, Meaning>> = Object.fromEntries(
  groups.flatMap(([meaning, codes]) => codes.map((code) => [code, meaning])),
);

/** All that Twilio says of trials of messaging since it numbers products: 572 and three digits. */
const TRIAL = { from: 572_000, to: 572_999 };

export function twilioMeaning(code: number): Meaning | undefined {
  return twilioCodes[code] ?? (code >= TRIAL.from && code <= TRIAL.to ? trial : undefined);
}

interface DeliveryFailure {
  failureCode: string;
  reason: string;
}

/**
 * What a status callback's ErrorCode means for a message that Twilio had accepted before, where that is not what it means as an answer. A
 * delivery failure never stops the campaign or is retried by itself; a person may retry what may pass.
 */
export const twilioDeliveryCodes: Readonly<Record<number, DeliveryFailure>> = {
  30003: { failureCode: 'unreachable', reason: 'The phone was off or out of reach. Retry later.' },
  30008: { failureCode: 'unreachable', reason: 'The carrier could not deliver the message and gave no reason. Retry later.' },
  30017: { failureCode: 'unreachable', reason: 'The network of the carrier was overloaded. Retry later.' },
  30022: {
    failureCode: 'rate_limited',
    reason: 'The carriers took no more messages a second from this sender. Lower the sending rate and retry.',
  },
  30036: { failureCode: 'unreachable', reason: 'The message could not be delivered while it was valid. Retry later.' },
  30500: { failureCode: 'provider_error', reason: 'Twilio failed while it was delivering the message. Retry later.' },
};

/** Why an accepted text did not arrive. Unlisted codes say little about the recipient: they may pass. */
export function twilioDeliveryFailure(code: number): DeliveryFailure {
  const known = twilioDeliveryCodes[code];
  if (known) return known;
  const refusal = twilioMeaning(code);
  if (refusal && refusal.outcome !== 'transient') return refusal;
  return { failureCode: 'unreachable', reason: 'The message could not be delivered to this phone. Retry later.' };
}
