import { z } from 'zod';
import { roles } from './roles.ts';

const role = z.enum(roles, 'Choose a role.');
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get in
const control = /[\u0000-\u001f\u007f]/;

const name = z
  .string('Enter a name.')
  .trim()
  .min(1, 'Enter a name.')
  .max(200, 'The name is too long; the most is 200 characters.')
  .refine((text) => !control.test(text), 'The name must be one line without control characters.');

const email = z
  .string('Enter an email address.')
  .trim()
  .toLowerCase()
  .max(254, 'The email address is too long.')
  .pipe(z.email('Enter an email address.'));

/** The first administrator. */
export const firstPerson = z.strictObject({ name, email });
/** Somebody who is invited. */
export const newPerson = z.strictObject({ name, email, role });
export type NewPerson = z.input<typeof newPerson>;

export const newRole = z.strictObject({ role });
export const newName = z.strictObject({ name });
