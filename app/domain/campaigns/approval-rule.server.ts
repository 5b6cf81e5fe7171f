import type { PoolClient } from 'pg';
import { z } from 'zod';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import { roles as allRoles, may, type Role, refusal, type Viewer } from '../access/roles.ts';
import { parseInput } from '../parse-input.ts';
import { Problem } from '../problem.ts';
import type { ApprovalRule, Waiting } from './approval-rule.ts';
import { SCHEDULED_BY, withdraw } from './withdraw-approval.server.ts';

const MOST = 10_000_000;
const error = `Enter a whole number from 1 to ${MOST.toLocaleString('en-US')}.`;
const input = z.strictObject({
  more_than: z
    .string(error)
    .trim()
    .regex(/^\d{1,8}$/, error)
    .transform(Number)
    .refine((n) => n >= 1 && n <= MOST, error)
    .nullable(),
  roles: z.array(z.enum(allRoles, 'There is no such role.')).transform((roles) => allRoles.filter((role) => roles.includes(role))),
});

export async function readApprovalRule(db: Database): Promise<ApprovalRule> {
  ask('campaigns:read');
  const { rows } = await db.pool.query<{ more_than: number | null; roles: Role[] }>('select more_than, roles from approval_rule');
  return rows[0] ?? { more_than: null, roles: [] };
}

/** How many people there are who may approve, by name. */
export async function listApprovers(db: Database): Promise<{ id: string; name: string; role: Role }[]> {
  ask('campaigns:read');
  const { rows } = await db.pool.query<{ id: string; name: string; role: Role }>(
    // never null: role
    `select id, coalesce(nullif(name, ''), email) as name, role from app_users where banned is not true and may_approve(role) order by lower(name), id limit 100`,
  );
  return rows;
}

/**
 * Says which campaigns wait for somebody else. Scheduled ones that do by it stay scheduled and wait, which is told before it is saved; those that
 * wait and need not any more are free.
 *
 * @param agreed how many scheduled campaigns will wait, as the person was told; null: not told yet
 * @returns what would wait and was not agreed to: nothing is saved then; else null
 * @throws Problem 403, 422
 */
export async function changeApprovalRule(
  db: Database,
  viewer: Viewer,
  wanted: { more_than: string | null; roles: readonly string[] },
  agreed: number | null,
): Promise<Waiting[] | null> {
  ask('settings:write');
  if (!may(viewer, 'settings:write')) throw new Problem(403, 'forbidden', refusal(viewer, 'settings:write'));
  const rule = parseInput(input, wanted as z.input<typeof input>);
  const told = new NotAgreed();
  try {
    await inTransaction(db.pool, async (client) => {
      const { rows } = await client.query<{ more_than: number | null; roles: Role[] }>(
        'select more_than, roles from approval_rule for update',
      );
      // All that it may concern, in the one order.
      await client.query(
        `select from campaigns where status = 'SCHEDULED' or (status = 'DRAFT' and approval ->> 'state' = 'waiting') order by id for no key update`,
      );
      await client.query('update approval_rule set more_than = $1, roles = $2', [rule.more_than, rule.roles]);
      const waiting = await toWait(client);
      if (waiting.length > 0 && waiting.length !== agreed) throw Object.assign(told, { waiting });
      for (const { id } of waiting) await haveWait(client, id, viewer);
      await freeOthers(client, viewer);
      if (rows[0] && isLooser(rule, rows[0])) {
        await client.query(`insert into alerts (key, type, data) values ('approval ' || pg_current_xact_id(), 'approval.loosened', '{}')`);
      }
      await audit(client, {
        action: 'settings.change',
        actor: viewer,
        object: { type: 'setting', name: 'Approval' },
        before: rows[0] && { ...rows[0] },
        after: { ...rule, ...(waiting.length > 0 && { scheduled_that_wait: waiting.length }) },
      });
    });
    return null;
  } catch (error) {
    if (error !== told) throw error;
    return told.waiting;
  }
}

/** Does a campaign go out by the new rule that waited by the one before? */
function isLooser(rule: ApprovalRule, was: ApprovalRule): boolean {
  const more = was.more_than !== null && (rule.more_than === null || rule.more_than > was.more_than);
  return more || was.roles.some((role) => !rule.roles.includes(role));
}

class NotAgreed extends Error {
  waiting: Waiting[] = [];
}

/** Scheduled campaigns that would not go out as they are. */
async function toWait(client: PoolClient): Promise<Waiting[]> {
  const { rows } = await client.query<Waiting>(
    `select id, name, total as people from campaigns c
     where status = 'SCHEDULED' and approval_needed(total, sent_by_id) and approval ->> 'state' is distinct from 'waiting'
       and not approval_holds(c, scheduled_at)
     order by id for no key update`,
  );
  return rows;
}

/** Asks in the name of who scheduled it. */
async function haveWait(client: PoolClient, id: number, viewer: Viewer): Promise<void> {
  await client.query(
    `update campaigns c set approval = jsonb_build_object('state', 'waiting', 'hash', campaign_hash(c), 'revision', revision, 'people', total,
       'sender', sender, 'asked_by', coalesce((${SCHEDULED_BY}), $2), 'asked_by_id', coalesce(person_of(sent_by_id), person_of($3)), 'asked_as', coalesce(sent_by_id, $3), 'asked_at', utc_text(now()),
       'scheduled_at', utc_text(scheduled_at), 'time_zone', time_zone, 'send', false)
     where id = $1`,
    [id, viewer.label, viewer.id],
  );
}

async function freeOthers(client: PoolClient, viewer: Viewer): Promise<void> {
  const { rows } = await client.query<{ id: number }>(
    `select id from campaigns where approval ->> 'state' = 'waiting' and status in ('DRAFT', 'SCHEDULED')
       and not approval_needed(total, coalesce(approval ->> 'asked_as', approval ->> 'asked_by_id'))
     order by id for no key update`,
  );
  for (const { id } of rows) await withdraw(client, id, 'rule', viewer);
}
