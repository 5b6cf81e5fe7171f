import type { OutgoingMessage } from '#app/providers/provider.ts';
import { createProviders, type ProviderSettings, type Providers } from '#app/providers/providers.server.ts';
import {
  sandboxEmailFrom,
  sandboxSendgridApiKey,
  sandboxSmsFrom,
  sandboxTwilioAccountSid,
  sandboxTwilioAuthToken,
} from '#sandbox/credentials.ts';

/** For expect.poll, whose own second is too short on a busy machine. */
export const waiting = { timeout: 10_000, interval: 10 };

/** The real adapters, aimed at `url`. */
export function providersAt(url: string, settings: Partial<ProviderSettings> = {}): Providers {
  return createProviders({
    baseUrl: 'http://localhost:3000',
    sendTimeoutMs: 5000,
    sendgridApiKey: sandboxSendgridApiKey,
    sendgridBaseUrl: url,
    twilioAccountSid: sandboxTwilioAccountSid,
    twilioAuthToken: sandboxTwilioAuthToken,
    twilioBaseUrl: url,
    ...settings,
  });
}

let nextId = 1;

/** A message to a recipient of its own; both channels' providers take it once `to` and `from` fit. */
export function emailTo(to: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  const id = nextId++;
  return {
    campaignId: 7,
    recipientId: id,
    round: 0,
    attemptId: 1000 + id,
    to,
    from: sandboxEmailFrom,
    subject: 'Opening hours',
    html: '<p>We are open.</p>',
    text: 'We are open.',
    ...more,
  };
}

export function smsTo(to: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  const id = nextId++;
  return { campaignId: 7, recipientId: id, round: 0, attemptId: 1000 + id, to, from: sandboxSmsFrom, text: 'We are open.', ...more };
}
