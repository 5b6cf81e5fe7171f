import { z } from 'zod';
import { columnTypes } from '../../domain/contacts/column-mapping.ts';
import { rejectReasons } from '../../domain/contacts/import-report.ts';
import { encodings } from '../../domain/contacts/text-encoding.ts';
import { attemptOutcomes, recipientStatuses } from '../../domain/recipients/recipient.ts';
import { listItem } from './campaigns.ts';
import { count, id, text, time } from './common.ts';

export const recipient = z.strictObject({
  id,
  address: z.string(),
  status: z.enum(recipientStatuses),
  attempts: z.int().min(0).max(4).describe('Of this round.'),
  round: count,
  next_attempt_at: time.nullable(),
  unknown_until: time.nullable().describe('Null while the status is unknown: held for a person.'),
  sent_at: time.nullable(),
  failed_at: time.nullable(),
  failure_code: text,
  failure_reason: text,
  provider_message_id: text,
  delivery: z.enum(['delivered', 'deferred', 'bounced', 'undelivered', 'complained']).nullable(),
  unsubscribed_at: time.nullable().describe('When they asked by this message not to get any more.'),
  complained_at: time.nullable().describe('When they reported a message of this campaign as spam, also one before the newest.'),
  variables: z.record(z.string(), z.string()),
  former_address: z.string().optional().describe('In a search: the address that they had before, by which they were found.'),
});

export const attempt = z.strictObject({
  id,
  address: text.describe('What it was sent to, which may have been corrected since; null where that is not known any more.'),
  recipient_id: id,
  round: count,
  number: z.int().min(1).max(4),
  started_at: time,
  finished_at: time,
  outcome: z.enum(attemptOutcomes),
  http_status: z.int().nullable(),
  provider_code: text,
  reason: text,
  retry_after_s: z.int().nullable(),
  provider_message_id: text,
  actor: text,
});

export const storyEvent = z.strictObject({
  at: time,
  source: z
    .enum(['campaign', 'provider'])
    .describe('What people and the campaign did, or what the provider told after it took the message.'),
  kind: z.string(),
  actor: text,
  text: z.string().describe('The event in a sentence.'),
  code: text.describe('Of the provider.'),
  reason: text.describe('Of the provider.'),
});

export const personMessage = z.strictObject({
  campaign: listItem.pick({ id: true, name: true, channel: true, status: true }),
  recipient,
  matched: z
    .array(z.strictObject({ name: z.string(), value: z.string() }))
    .optional()
    .describe('Found by these columns of the contact file.'),
});

export const importReport = z.strictObject({
  rows: count,
  accepted: count,
  duplicates: count,
  rejected: count,
  left_out: count.describe('Of the rejected: people whose status in the file says that they must not be written to.'),
  warnings: z.array(z.string()).describe('What to look at before anything is sent.'),
  errors: z
    .array(
      z.strictObject({
        line: z.int(),
        address: z.string(),
        reason: z.enum(rejectReasons),
        advice: z.string().optional().describe('What to do about it.'),
      }),
    )
    .describe('The first 100.'),
  report_url: z
    .string()
    .describe('All of them with all their columns, as CSV that can be corrected and imported again. Empty in a dry run.'),
  encoding: z.enum(encodings.map(([name]) => name)),
  encoding_guessed: z.boolean().describe('Nothing said the encoding: look at the names.'),
  delimiter: text,
  header_line: z.int().nullable().describe('0: there is none; null for JSON.'),
  columns: z
    .array(
      z.strictObject({
        header: z.string(),
        name: text.describe('The variable; null for addresses and columns left out.'),
        role: z.enum(['address', 'variable', 'left_out']),
        type: z.enum(columnTypes),
        status: z.boolean().describe('It says whether people may be written to.'),
      }),
    )
    .nullable(),
  preview: z
    .array(
      z.strictObject({
        line: z.int(),
        address: text.describe('As it would be kept; null where the row is left out.'),
        written: z.string(),
        reason: z.enum(rejectReasons).nullable(),
        variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
      }),
    )
    .nullable()
    .describe('Of a dry run: the first rows as they would be.'),
});
