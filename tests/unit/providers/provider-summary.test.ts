import { expect, test } from 'vitest';
import { masked, summarizeProviders } from '#app/providers/provider-summary.ts';

const addresses = { sendgridBaseUrl: 'https://api.sendgrid.com', twilioBaseUrl: 'https://api.twilio.com' };

test('shows of a key only its ends, of a short one nothing', () => {
  const key = 'SG.abcdefghijklmnopqrstuvwxyz0123456789';
  expect(masked(key)).toBe('SG.••••••••6789');
  expect(masked('a short one')).not.toMatch(/[a-z]/);
});

test('tells what is configured', () => {
  const [email, sms] = summarizeProviders({ ...addresses, sendgridApiKey: 'SG.0123456789012345', emailRate: 50, twilioAccountSid: 'AC1' });
  expect(email).toMatchObject({ configured: true, sender: null, rate: 50, signedEvents: false });
  expect(sms).toMatchObject({ configured: false, key: null, rate: null });
  expect(JSON.stringify([email, sms])).not.toContain('0123456789012345');
});
