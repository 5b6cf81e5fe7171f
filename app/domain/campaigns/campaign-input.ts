import { z } from 'zod';
import { readSender } from '../addresses/sender.ts';
import { type Channel, channels } from '../channel.ts';
import { templateExcess } from '../content/template-limits.ts';
import { pageLimit } from '../page-limit.ts';
import type { FieldError } from '../problem.ts';
import { plainName } from '../storable.ts';
import { campaignStatuses, unknownPolicies } from './campaign.ts';

/** What people and programs may say about a campaign. The same rules hold in forms, in the API and in its description. */

const MAX_CONTENT_BYTES = 1_000_000;
/** RFC 5322, 2.1.1: a line has at most 998 characters. */
const MAX_SUBJECT = 998;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get in
const control = /[\u0000-\u001f\u007f]/;

function isSmall(text: string): boolean {
  return text.length <= MAX_CONTENT_BYTES && new TextEncoder().encode(text).length <= MAX_CONTENT_BYTES;
}

/** Forms send empty fields; they mean the same as none. */
const optional = <T extends z.ZodType>(schema: T) => z.union([z.literal('').transform(() => null), z.null(), schema]).optional();

const content = (what: string) =>
  z
    .string(`${what} must be a string.`)
    .refine(isSmall, `${what} is too long; the most is 1 MB.`)
    .refine((text) => !text.includes('\0'), `${what} has a character that cannot be stored (NUL).`)
    .superRefine((text, context) => {
      const excess = text.length > MAX_CONTENT_BYTES ? null : templateExcess(text);
      if (excess) context.addIssue({ code: 'custom', message: `${what} cannot be used. ${excess}` });
    })
    .meta({ maxLength: MAX_CONTENT_BYTES });

const name = z
  .string('Give the campaign a name.')
  .overwrite(plainName)
  .trim()
  .min(1, 'Give the campaign a name.')
  .max(200, 'The name is too long; the most is 200 characters.')
  .refine((text) => !control.test(text), 'The name must be one line without control characters.');

const subject = z
  .string('The subject must be a string.')
  .max(MAX_SUBJECT, `The subject is too long; the most is ${MAX_SUBJECT} characters.`)
  .refine((text) => !control.test(text), 'The subject must be one line without control characters.');

const maxRetries = z
  .number('Retries must be a whole number from 0 to 10.')
  .int('Retries must be a whole number from 0 to 10.')
  .min(0, 'Retries must be a whole number from 0 to 10.')
  .max(10, 'Retries must be a whole number from 0 to 10.');

const fields = {
  name,
  channel: z.enum(channels, 'The channel must be email or sms.'),
  subject: optional(subject),
  html: optional(content('The HTML content')),
  text: optional(content('The text content')),
  from: optional(
    z
      .string('The sender must be a string.')
      .trim()
      .max(320, 'The sender is too long.')
      // What is no email's sender stays, for the channel's own check.
      .overwrite((text) => readSender(text) ?? text),
  ),
  max_retries: maxRetries.optional(),
  unknown_policy: z.enum(unknownPolicies, 'The policy must be resend or hold.').optional(),
};

/** What the editor has checked while it is typed; there may be no line of subject yet that could be saved. */
export const contentFields = {
  subject: content('The subject').nullable(),
  html: content('The HTML').nullable(),
  text: content('The text').nullable(),
};

/** POST /campaigns. */
export const newCampaign = z.strictObject(fields).superRefine((campaign, context) => {
  for (const { path, message } of channelErrors(campaign)) context.addIssue({ code: 'custom', path: [path], message });
});
export type NewCampaign = z.input<typeof newCampaign>;

/** PATCH /campaigns/:id. Null or "" empties a field; what is left out stays. */
export const campaignPatch = z.strictObject({ ...fields, name: name.optional(), channel: fields.channel.optional() });
export type CampaignPatch = z.input<typeof campaignPatch>;

/** GET /campaigns. */
export const campaignFilter = z.object({
  status: z.enum(campaignStatuses, 'There is no such campaign status.').optional(),
  channel: z.enum(channels, 'The channel must be email or sms.').optional(),
  q: z.string().max(200).optional(),
  approval: z.enum(['waiting'], 'The approval must be waiting.').optional().describe('waiting: those that wait for one.'),
  sort: z
    .enum(['created', 'activity'], 'The order must be created or activity.')
    .optional()
    .describe('created (default): newest first. activity: the one first that something happened to last.'),
  cursor: z.string().max(500).optional(),
  limit: pageLimit,
});
export type CampaignFilter = z.input<typeof campaignFilter>;

export interface ChannelContent {
  channel: Channel;
  subject?: string | null | undefined;
  html?: string | null | undefined;
  from?: string | null | undefined;
}

/** What does not fit the channel: an SMS has neither subject nor HTML, and senders look different. */
export function channelErrors({ channel, subject, html, from }: ChannelContent): FieldError[] {
  const errors: FieldError[] = [];
  if (channel === 'sms' && subject) errors.push({ path: 'subject', message: 'An SMS has no subject. Leave it empty.' });
  if (channel === 'sms' && html) errors.push({ path: 'html', message: 'An SMS has no HTML. Write it as text.' });
  if (from && !isSender(channel, from)) {
    const message =
      channel === 'email'
        ? 'The sender must be an email address, or "Name <address>".'
        : 'The sender must be a number such as +15005550006, a short code, a name of up to 11 letters and digits, or a messaging service id.';
    errors.push({ path: 'from', message });
  }
  return errors;
}

const phoneSenders = [
  /^\+[1-9]\d{6,14}$/, // E.164
  /^\d{3,8}$/, // short code
  /^(?=.*[A-Za-z])[A-Za-z0-9 _&+-]{1,11}$/, // alphanumeric sender id, as Twilio takes them
  /^MG[0-9a-fA-F]{32}$/, // Twilio messaging service
];

/** May this stand as the sender of a message on the channel? Says nothing about whether the provider knows it. */
export function isSender(channel: Channel, from: string): boolean {
  if (control.test(from)) return false;
  if (channel === 'sms') return phoneSenders.some((pattern) => pattern.test(from));
  return readSender(from) !== null;
}
