import { z } from 'zod';
import { type AuditAction, type AuditDoor, auditActions } from '../access/audit-actions.ts';
import { isTimeZone } from '../campaigns/send-time.ts';
import { pageLimit } from '../page-limit.ts';

/** One row of the audit log. Times are ISO 8601 in UTC. */
export interface AuditEntryJson {
  /** Its place in the chain, from 1 on. */
  seq: number;
  at: string;
  actor_kind: 'person' | 'key' | 'system' | 'nobody';
  actor_id: string | null;
  /** As it was, also when the account is gone. */
  actor_name: string | null;
  actor_email: string | null;
  door: AuditDoor;
  address: string | null;
  device: string | null;
  action: AuditAction;
  outcome: 'done' | 'refused';
  reason: string | null;
  object_type: string | null;
  object_id: string | null;
  object_name: string | null;
  /** Of the fields that changed. */
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  /** How often, where the same was gathered in one row. */
  times: number;
  /** Of the row before. */
  previous: string;
  hash: string;
}

const actionNames = Object.keys(auditActions);
/** `campaign`, `key` …: what stands before the dot. */
export const auditKinds = [...new Set(actionNames.map((name) => name.split('.')[0] as string))];

const day = /^\d{4}-\d{2}-\d{2}$/;
const time = z
  .string()
  .trim()
  .max(64)
  .refine((text) => day.test(text) || /\d[Tt ]\d/.test(text), 'Write a day as 2026-03-29, or a time as 2026-03-29T09:00Z.');

/** What is looked for; whatever is left out is not asked for. */
export const auditFilter = z.object({
  who: z.string().trim().max(320).optional().describe('Id of a person or key, or a part of their name or email.'),
  action: z
    .string()
    .refine((name) => actionNames.includes(name) || auditKinds.includes(name), 'There is no such act.')
    .optional()
    .describe('An act such as campaign.send, or all of one kind, such as campaign.'),
  outcome: z.enum(['done', 'refused'], 'The outcome is done or refused.').optional(),
  what: z
    .string()
    .trim()
    .max(320)
    .optional()
    .describe('What it was done to: its id, a part of its name, or an address or number whose suppression was changed.'),
  from: time.optional().describe('A day, or a time. The day is one of time_zone.'),
  to: time.optional().describe('The last day, or a time before which.'),
  time_zone: z.string().max(100).refine(isTimeZone, 'This is not a time zone. Use a name such as Europe/Berlin.').optional(),
  address: z.string().trim().max(64).optional().describe('The network address that it came from.'),
});
export type AuditFilter = z.input<typeof auditFilter>;

export const auditPageFilter = auditFilter.extend({ cursor: z.string().max(500).optional(), limit: pageLimit });
export type AuditPageFilter = z.input<typeof auditPageFilter>;

/** What the page's form asks for, as it stands in the URL; empty: not asked for. */
export type AuditView = Record<(typeof viewFields)[number], string>;
const viewFields = ['who', 'action', 'outcome', 'what', 'from', 'to', 'address'] as const;

export function auditView(params: URLSearchParams): AuditView {
  return Object.fromEntries(viewFields.map((name) => [name, (params.get(name) ?? '').trim().slice(0, 320)])) as AuditView;
}
