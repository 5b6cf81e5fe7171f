/**
 * Why a recipient or a campaign failed, in words a marketer understands: a short label for lists and a sentence with what to do.
 * The codes are fixed by the REST API.
 */
export interface FailureText {
  label: string;
  advice: string;
  /** Does a retry without a choice take them? Where the reason passes with time, or was the account's and never theirs. */
  mayPass: boolean;
}

export const failureTexts = {
  rate_limited: { label: 'Provider was limiting us', advice: 'The provider asked to slow down four times. Retry later.', mayPass: true },
  provider_error: { label: 'Provider had an error', advice: 'The provider answered with an error four times. Retry later.', mayPass: true },
  timeout: { label: 'Provider did not answer', advice: 'The provider did not answer in time. Retry later.', mayPass: true },
  connection: {
    label: 'Provider could not be reached',
    advice: 'No connection to the provider came about, or something on the way answered in its place. Check the network, then retry.',
    mayPass: true,
  },
  invalid_address: {
    label: 'Address was refused',
    advice: 'The provider does not take the address: it is mistyped, or does not exist. Correct it and send again.',
    mayPass: false,
  },
  invalid_number: {
    label: 'Number is not valid',
    advice: 'The number does not exist, or is a landline. Correct it and send again.',
    mayPass: false,
  },
  unreachable: { label: 'Phone could not be reached', advice: 'The phone was off or out of reach. Retry later.', mayPass: true },
  carrier_rejected: {
    label: 'Carrier refused the message',
    advice: 'The carrier blocked the message. Look at its wording and the sender number.',
    mayPass: false,
  },
  opted_out: {
    label: 'Person opted out',
    advice: 'They answered STOP to this sender. They are not sent to until they answer START.',
    mayPass: false,
  },
  not_allowed: {
    label: 'Sending there is not allowed',
    advice: 'This sender may not send to this number or country. Change the permissions at the provider.',
    mayPass: false,
  },
  content_rejected: {
    label: 'Content was refused',
    advice: 'The provider refused the message itself. Check subject, body and sender.',
    mayPass: false,
  },
  render_failed: {
    label: 'Content could not be filled in',
    advice: 'The template failed with this person’s data. Check the preview for this recipient.',
    mayPass: false,
  },
  outcome_unknown: {
    label: 'Outcome unknown',
    advice: 'The provider never told whether it took the message. Sending again may deliver it twice.',
    mayPass: true,
  },
  not_arrived: {
    label: 'Did not arrive',
    advice: 'Nobody knew what became of the message, and a person found that it did not arrive. Retry it.',
    mayPass: true,
  },
  credentials: {
    label: 'Key was refused',
    advice: 'The provider refused the key. Enter the right one under Settings, Providers, then retry.',
    mayPass: true,
  },
  out_of_credits: { label: 'Out of credits', advice: 'The provider account has no credits left. Top it up, then retry.', mayPass: true },
  trial_account: {
    label: 'Trial account',
    advice: 'The provider account is a trial, which sends only to numbers verified there. Upgrade it, or verify the numbers, then retry.',
    mayPass: true,
  },
  sender_not_registered: {
    label: 'Sender is not registered',
    advice:
      'Carriers take no messages from this sender before it is registered. Register it at the provider, and send again once it is approved.',
    mayPass: false,
  },
  sender_not_verified: {
    label: 'Sender is not verified',
    advice: 'The provider does not know this sender. Verify it there, then retry.',
    mayPass: true,
  },
  account_suspended: {
    label: 'Account is suspended',
    advice: 'The provider suspended the account. Contact the provider, then retry.',
    mayPass: true,
  },
  configuration: {
    label: 'Configuration is wrong',
    advice: 'The provider did not understand the request. Check sender and base URL, then retry.',
    mayPass: true,
  },
  provider_unavailable: {
    label: 'Provider was unavailable',
    advice: 'The provider could not be reached for a long time. Retry later.',
    mayPass: true,
  },
  recipients_failed: {
    label: 'Recipients failed',
    advice: 'Some recipients could not be reached. See the reasons and retry those.',
    mayPass: true,
  },
} as const satisfies Record<string, FailureText>;

export type FailureCode = keyof typeof failureTexts;

export function failureLabel(code: string): string {
  return code in failureTexts ? failureTexts[code as FailureCode].label : code;
}

/** How many recipients failed for a reason. */
export interface FailureReason {
  code: string;
  label: string;
  count: number;
  /** Over several campaigns: where most of them are. */
  campaigns?: { id: number; name: string; count: number }[];
}
