import type { Provider } from './provider.ts';
import { createSendGrid } from './sendgrid.server.ts';
import { createTwilio } from './twilio.server.ts';

/** The part of the environment that providers need (app/config/env.server.ts fits). */
export interface ProviderSettings {
  baseUrl: string;
  sendTimeoutMs: number;
  sendgridApiKey?: string | undefined;
  sendgridBaseUrl: string;
  twilioAccountSid?: string | undefined;
  twilioAuthToken?: string | undefined;
  twilioBaseUrl: string;
}

export interface Providers {
  /** Null where no key is configured: campaigns of that channel cannot be sent. */
  email: Provider | null;
  sms: Provider | null;
  /** Waits for running calls, each of which ends by its deadline at the latest. */
  close(): Promise<void>;
}

/** One provider a channel, each with its own connections; to be made once per process. */
export function createProviders(settings: ProviderSettings): Providers {
  const { baseUrl, sendTimeoutMs: timeoutMs, sendgridApiKey, twilioAccountSid, twilioAuthToken } = settings;
  const email = sendgridApiKey ? createSendGrid({ apiKey: sendgridApiKey, baseUrl: settings.sendgridBaseUrl, timeoutMs }) : null;
  const sms =
    twilioAccountSid && twilioAuthToken
      ? createTwilio({
          accountSid: twilioAccountSid,
          authToken: twilioAuthToken,
          baseUrl: settings.twilioBaseUrl,
          rollcallUrl: baseUrl,
          timeoutMs,
        })
      : null;
  return {
    email,
    sms,
    async close() {
      await Promise.all([email?.close(), sms?.close()]);
    },
  };
}
