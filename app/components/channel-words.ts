import type { Channel } from '#app/domain/channel.ts';

export const channelWords: Record<Channel, string> = { email: 'Email', sms: 'SMS' };

export const providerNames: Record<Channel, string> = { email: 'SendGrid', sms: 'Twilio' };
