import { z } from 'zod';
import { bareNumberMeanings } from '../../domain/addresses/phone-number.ts';

/** How a file of addresses is read: what every import takes in its query. */
export const fileOptions = {
  address_column: z.string().max(1000).optional().describe('Default: found from the header.'),
  default_country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, 'The country must be two letters, such as US.')
    .transform((code) => code.toUpperCase())
    .optional()
    .describe('Of numbers without a country code. Default: US.'),
  delimiter: z
    .string()
    .transform((text) => (text === '\\t' || text === 'tab' ? '\t' : text))
    .refine((text) => text.length === 1, 'The delimiter must be one character, or "tab".')
    .optional()
    .describe('Default: found from the first lines.'),
  encoding: z
    .string()
    .max(40)
    .optional()
    .describe(
      'Such as utf-8, windows-1250 or shift_jis. Default: the charset of Content-Type, a byte order mark, else told from the words.',
    ),
  header_line: z.coerce
    .number('The line must be a number.')
    .int('The line must be a whole number.')
    .min(0, 'The line must be 0 or more.')
    .max(1_000_000)
    .optional()
    .describe('Line of the header; 0: there is none. Default: found.'),
  bare_numbers: z
    .enum(bareNumberMeanings, 'Say national or international.')
    .optional()
    .describe('What phone numbers without + and 0 in front are. Default: what can be both is rejected.'),
};
