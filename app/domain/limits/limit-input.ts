import { z } from 'zod';

/** More than any provider takes; far above what one PostgreSQL can hand out. */
const MOST_PER_S = 10_000;
const wrong = `Enter a number of messages per second from 0.1 to ${MOST_PER_S}, 0 to stop, or nothing for the default.`;

export const channelField = z.enum(['email', 'sms'], { error: 'Choose email or SMS.' });

/** A form's field: null where it is empty. */
const rateField = z
  .string({ error: wrong })
  .trim()
  .regex(/^(\d{1,5}([.,]\d{1,3})?)?$/, wrong)
  .transform((text) => (text === '' ? null : Number(text.replace(',', '.'))))
  .refine((rate) => rate === null || rate === 0 || (rate >= 0.1 && rate <= MOST_PER_S), wrong);

export const rateInput = z.object({ channel: channelField, rate: rateField });
