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

/** Longer than any call that begins with the providers of before, its wait for company and for a connection included. */
const LAST_CALLS_MS = 60_000;

/** Providers as their settings say at each moment. */
export interface FollowedProviders extends Providers {
  /** The settings may have changed: a provider whose own did is replaced. What is under way ends with the one of before. */
  refresh(): void;
}

/** @param settings is read anew at each `refresh` */
export function followProviders(settings: ProviderSettings): FollowedProviders {
  let current = createProviders(settings);
  let known = keysOf(settings);
  const leaving = new Set<Provider>();

  function leave(provider: Provider | null): void {
    if (!provider) return;
    leaving.add(provider);
    setTimeout(() => void provider.close().finally(() => leaving.delete(provider)), settings.sendTimeoutMs + LAST_CALLS_MS).unref();
  }

  return {
    get email() {
      return current.email;
    },
    get sms() {
      return current.sms;
    },
    refresh() {
      const now = keysOf(settings);
      const [email, sms] = [now.email !== known.email, now.sms !== known.sms];
      if (!email && !sms) return;
      const fresh = createProviders(settings);
      // The one that stays keeps its connections.
      void (email ? null : fresh.email)?.close();
      void (sms ? null : fresh.sms)?.close();
      if (email) leave(current.email);
      if (sms) leave(current.sms);
      current = { ...fresh, email: email ? fresh.email : current.email, sms: sms ? fresh.sms : current.sms };
      known = now;
    },
    async close() {
      await Promise.all([current.email, current.sms, ...leaving].map((provider) => provider?.close()));
    },
  };
}

const keysOf = ({ sendgridApiKey, twilioAccountSid, twilioAuthToken }: ProviderSettings) => ({
  email: sendgridApiKey,
  sms: `${twilioAccountSid} ${twilioAuthToken}`,
});
