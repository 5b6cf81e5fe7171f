import { z } from 'zod';
import { channels } from '../channel.ts';
import { newName } from './people-input.ts';
import { roles, scopes } from './roles.ts';

/** How long a key opens anything, as the form offers it. */
const lifetimes = ['30', '90', '365', 'date', 'never'] as const;
export type Lifetime = (typeof lifetimes)[number];

/** What a key is limited to, as the form offers it. */
const reaches = ['all', 'email', 'sms', 'campaign'] as const;

const DAY_MS = 86_400_000;
const MOST_DAYS = 1_830;
const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;

/** A key for a program. A day is one of UTC, and the key opens things until it is over. */
export const newKey = z
  .strictObject({
    name: newName.shape.name,
    /** Forms of before, and programs that knew them: a role takes the place of scopes. */
    role: z.enum(roles, 'Choose a role.').optional(),
    scopes: z.array(z.enum(scopes, 'There is no such scope.')).max(scopes.length).default([]),
    reach: z.enum(reaches, 'Choose what the key is limited to.').default('all'),
    campaign: z
      .string()
      .trim()
      .optional()
      .transform((text) => (text && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null)),
    lifetime: z.enum(lifetimes, 'Choose when the key ends.').default('never'),
    until: z.string().trim().optional(),
  })
  // Told beside what is wrong with single fields: who corrects one thing learns of all.
  .superRefine(({ role, scopes, reach, campaign, lifetime, until }, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (!role && scopes.length === 0) issue('scopes', 'Choose at least one thing that the key may do.');
    if (reach === 'campaign' && campaign === null) issue('campaign', 'Choose a campaign.');
    const expiresAt = endOf(lifetime, until);
    if (expiresAt === undefined) issue('until', 'Enter a day, such as 2027-03-31.');
    else if (expiresAt && expiresAt.getTime() <= Date.now()) issue('until', 'This day is over already.');
    else if (expiresAt && expiresAt.getTime() > Date.now() + MOST_DAYS * DAY_MS) issue('until', 'The most are five years from now.');
  })
  .transform(({ role, scopes, reach, campaign, lifetime, until, ...key }) => ({
    ...key,
    role,
    scopes: role ? null : scopes,
    campaignId: reach === 'campaign' ? campaign : null,
    channel: channels.find((channel) => channel === reach) ?? null,
    expiresAt: endOf(lifetime, until) ?? null,
  }));

/** Null: never; undefined: at a day that is none. */
function endOf(lifetime: Lifetime, day = ''): Date | null | undefined {
  if (lifetime === 'never') return null;
  if (lifetime !== 'date') return new Date(Date.now() + Number(lifetime) * DAY_MS);
  return isDay(day) ? new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS) : undefined;
}
