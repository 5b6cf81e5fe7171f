import { z } from 'zod';
import { channels } from '../../domain/channel.ts';
import { MAX_REPORTED, suppressionRejects } from '../../domain/suppressions/import-report.ts';
import { suppressionReasons, suppressionSources } from '../../domain/suppressions/suppression.ts';
import { count, id, text, time } from './common.ts';

const suppressionOrigin = {
  reason: z.enum(suppressionReasons),
  campaign_id: id.nullable().describe('Where it came from; null where a person or a file brought it.'),
  recipient_id: id.nullable(),
  created_at: time,
  created_by: text.describe('Null where a provider or the person themselves asked for it.'),
};

export const suppression = z.strictObject({
  id,
  channel: z.enum(channels),
  address: z.string(),
  ...suppressionOrigin,
  reasons: z

    .array(
      z.strictObject({
        ...suppressionOrigin,
        source: z.enum(suppressionSources).describe('Who told it.'),
        note: text.describe('What the file says that it came from, in its own words.'),
      }),
    )
    .describe('All that stand, the weightiest first, of which the fields above tell. Each source takes off only its own.'),
});

export const inboundMessage = z.strictObject({
  id,
  sender: z.string().describe('Their number.'),
  to: text.describe('Ours.'),
  body: z.string(),
  received_at: time,
  campaign_id: id.nullable().describe('The last campaign that sent to the number.'),
  recipient_id: id.nullable(),
  suppressed: z.boolean().describe('Nobody sends to the number.'),
});

export const suppressionImport = z.strictObject({
  rows: count.describe('added + known + rejected'),
  added: count,
  known: count.describe('On the list before for this reason, or twice in the file.'),
  rejected: count,
  warnings: z.array(z.string()).describe('What to look at, in sentences.'),
  errors: z
    .array(
      z.strictObject({
        line: z.int().positive(),
        address: z.string(),
        reason: z.enum(suppressionRejects),
        advice: text,
        file_reason: text.describe('What the file says why it is in it.'),
      }),
    )
    .describe(`The first ${MAX_REPORTED.toLocaleString('en-US')} rejected rows, in file order.`),
});

export const suppressedAddress = suppression.pick({ id: true, address: true, reason: true, created_at: true, reasons: true });
