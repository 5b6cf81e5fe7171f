import { z } from 'zod';
import { readSender } from '../addresses/sender.ts';
import { isSender } from '../campaigns/campaign-input.ts';

/** An empty field is none: what is saved stays. Blanks around a key come with copying it. */
const optional = <T extends z.ZodType<string, string>>(schema: T) =>
  z
    .string()
    .transform((text) => text.trim())
    .transform((text) => text || undefined)
    .pipe(schema.optional());

const secret = (what: string) =>
  optional(z.string().regex(/^[\x21-\x7e]{8,500}$/, `Enter the whole ${what}: letters, digits and signs without blanks.`));

export const emailKeys = z.strictObject({
  api_key: secret('key'),
  webhook_key: optional(z.string().max(2_000, 'This is no verification key of SendGrid.')),
  sender: optional(
    z
      .string()
      .refine((text) => readSender(text) !== null, 'Enter an address, or a name and then the address in angle brackets.')
      .transform((text) => readSender(text) ?? text),
  ),
});

export const smsKeys = z.strictObject({
  account_sid: optional(z.string().regex(/^AC[0-9a-fA-F]{32}$/, 'An account SID is AC and 32 hexadecimal digits.')),
  auth_token: secret('token'),
  sender: optional(
    z
      .string()
      .refine(
        (text) => isSender('sms', text),
        'Enter a number like +15005550006, a short code, a sender name, or a messaging service SID.',
      ),
  ),
});
