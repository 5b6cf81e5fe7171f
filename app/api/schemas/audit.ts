import { z } from 'zod';
import { type AuditAction, type AuditDoor, auditActions, auditDoors } from '../../domain/access/audit-actions.ts';
import { id, text, time } from './common.ts';

const fields = z.record(z.string(), z.unknown()).nullable();

export const auditEntry = z.strictObject({
  seq: id.describe('Its place in the chain, from 1 on, without gaps.'),
  at: time,
  actor_kind: z.enum(['person', 'key', 'system', 'nobody']),
  actor_id: text,
  actor_name: text.describe('As it was, also when the account is gone.'),
  actor_email: text,
  door: z.enum(Object.keys(auditDoors) as AuditDoor[]),
  address: text.describe('The network address that it came from.'),
  device: text.describe('What the program calls itself.'),
  action: z.enum(Object.keys(auditActions) as AuditAction[]),
  outcome: z.enum(['done', 'refused']),
  reason: text,
  object_type: text,
  object_id: text,
  object_name: text,
  before: fields.describe('Of the fields that changed.'),
  after: fields,
  times: z.int().positive().describe('How often, where the same was gathered in one row.'),
  previous: z.string().describe('The hash of the row before.'),
  hash: z.string(),
});
