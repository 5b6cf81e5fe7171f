import type { Channel } from '../channel.ts';

/** What of a provider can be set, in the environment or in the settings. */
export interface ProviderFields {
  sendgridApiKey?: string | undefined;
  sendgridWebhookPublicKey?: string | undefined;
  sendgridWebhookPublicKeyOld?: string | undefined;
  emailFrom?: string | undefined;
  twilioAccountSid?: string | undefined;
  twilioAuthToken?: string | undefined;
  twilioAuthTokenOld?: string | undefined;
  smsFrom?: string | undefined;
}

/** A provider's part of the page, as people may see it. */
export interface ProviderForm {
  channel: Channel;
  /** What the environment sets, by its field in the form: it wins, and is changed there. */
  fixed: Partial<Record<FormField, string>>;
  /** What is saved here, where something is. */
  saved: SavedKeys | null;
}

export type FormField = 'api_key' | 'webhook_key' | 'account_sid' | 'auth_token' | 'sender';

/** Never a whole key. Times are ISO 8601 in UTC. */
export interface SavedKeys {
  /** Which secrets are there. */
  api_key: boolean;
  webhook_key: boolean;
  account_sid: string | null;
  auth_token: boolean;
  sender: string | null;
  saved_at: string;
  saved_by: string | null;
  /** Until when what was replaced is believed beside it, where providers sign with it. */
  former_until: string | null;
}

/** The environment's name of each field. */
export const variableOf: Record<Channel, Partial<Record<FormField, string>>> = {
  email: { api_key: 'SENDGRID_API_KEY', webhook_key: 'SENDGRID_WEBHOOK_PUBLIC_KEY', sender: 'EMAIL_FROM' },
  sms: { account_sid: 'TWILIO_ACCOUNT_SID', auth_token: 'TWILIO_AUTH_TOKEN', sender: 'SMS_FROM' },
};
