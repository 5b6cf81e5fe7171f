/** What people may see of a provider's configuration; never a whole key. */
export interface ProviderSummary {
  channel: 'email' | 'sms';
  name: string;
  configured: boolean;
  baseUrl: string;
  sender: string | null;
  /** "SG.…mple", or the account's id for Twilio with its token masked. */
  account: string | null;
  key: string | null;
  /** Messages a second for all workers together; null: no limit. */
  rate: number | null;
  /** Are the events that it posts back checked against a key? */
  signedEvents: boolean;
}

/** The part of the environment that this reads (app/config/env.server.ts fits). */
export interface SummarySettings {
  sendgridApiKey?: string | undefined;
  sendgridBaseUrl: string;
  sendgridWebhookPublicKey?: string | undefined;
  emailFrom?: string | undefined;
  twilioAccountSid?: string | undefined;
  twilioAuthToken?: string | undefined;
  twilioBaseUrl: string;
  smsFrom?: string | undefined;
  emailRate?: number | undefined;
  smsRate?: number | undefined;
}

/** The last four letters of a secret, enough to tell two apart, and what all of SendGrid's begin with; of a short one nothing. */
export function masked(secret: string): string {
  return secret.length < 16 ? '••••••••' : `${secret.startsWith('SG.') ? 'SG.' : ''}••••••••${secret.slice(-4)}`;
}

export function summarizeProviders(settings: SummarySettings): ProviderSummary[] {
  const { sendgridApiKey, twilioAccountSid, twilioAuthToken } = settings;
  return [
    {
      channel: 'email',
      name: 'SendGrid',
      configured: Boolean(sendgridApiKey),
      baseUrl: settings.sendgridBaseUrl,
      sender: settings.emailFrom ?? null,
      account: null,
      key: sendgridApiKey ? masked(sendgridApiKey) : null,
      rate: settings.emailRate ?? null,
      signedEvents: Boolean(settings.sendgridWebhookPublicKey),
    },
    {
      channel: 'sms',
      name: 'Twilio',
      configured: Boolean(twilioAccountSid && twilioAuthToken),
      baseUrl: settings.twilioBaseUrl,
      sender: settings.smsFrom ?? null,
      account: twilioAccountSid ?? null,
      key: twilioAuthToken ? masked(twilioAuthToken) : null,
      rate: settings.smsRate ?? null,
      signedEvents: Boolean(twilioAuthToken),
    },
  ];
}
