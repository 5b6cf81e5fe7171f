import type { Pool, PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import type { Viewer } from '../access/roles.ts';
import { conflict, isProblem, Problem } from '../problem.ts';
import { type ApprovalWhy, whyText } from './approval.ts';

/** Somebody who may approve a campaign. */
export interface Approver {
  id: string;
  name: string;
}

/** The person behind a viewer: a key stands for its owner, and one without an owner for itself ("key:7"). */
export async function personOf(client: Pool | PoolClient, viewer: Pick<Viewer, 'id'>): Promise<string> {
  const { rows } = await client.query<{ person: string }>(
    // never null: person
    'select person_of($1) as person',
    [viewer.id],
  );
  return rows[0]?.person ?? viewer.id;
}

/** Is it a key without an owner? Any administrator may have it. */
export function isNobodys(person: string): boolean {
  return person.startsWith('key:');
}
export const KEY_OF_NOBODY = 'It was scheduled by an API key that belongs to nobody, so by any administrator.';

/** Who may approve it: people with the permission who have not had their hands in it. @param except who asks */
export async function approversOf(client: Pool | PoolClient, campaignId: number, except: string | null): Promise<Approver[]> {
  ask('campaigns:read');
  const { rows } = await client.query<Approver>(
    `select id, coalesce(nullif(name, ''), email) as name from app_users
     where banned is not true and may_approve(role) and id::text is distinct from $2
       and id::text not in (select person from campaign_editors where campaign_id = $1)
     order by lower(name), id limit 50`,
    [campaignId, except],
  );
  return rows;
}

/** Does it wait when this viewer sends it? */
export async function needsApproval(client: Pool | PoolClient, people: number, viewer: Pick<Viewer, 'id'>): Promise<boolean> {
  const { rows } = await client.query<{ needed: boolean }>(
    // never null: needed
    'select approval_needed($1, $2) as needed',
    [people, viewer.id],
  );
  return rows[0]?.needed ?? false;
}

/** "Ben, Cleo or Dan". */
function namesText(names: readonly string[]): string {
  const few = names.slice(0, 3);
  if (names.length > 3) return `${few.join(', ')} or ${names.length - 3} more`;
  return few.length > 1 ? `${few.slice(0, -1).join(', ')} or ${few.at(-1)}` : (few[0] ?? 'nobody');
}

/** The database's own refusal to let a campaign go (db/definitions/approvals.sql). */
export function isUnapproved(error: unknown): boolean {
  return !isProblem(error) && (error as { constraint?: string } | null)?.constraint === 'campaign_approval';
}

/** Runs what sends or schedules. Where the database refuses, since nobody else has approved it, says who could. @throws Problem 409 approval_needed */
export async function withApproval<T>(db: Database, viewer: Pick<Viewer, 'id'>, campaignId: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isUnapproved(error)) throw error;
    throw await approvalNeeded(db, viewer, campaignId);
  }
}

async function approvalNeeded(db: Database, viewer: Pick<Viewer, 'id'>, campaignId: number): Promise<Problem> {
  const { rows } = await db.pool.query<{ why: ApprovalWhy | null; state: string | null; by: string | null; until: Date | null }>(
    `select approval_why(total) as why, approval ->> 'state' as state, coalesce(approval ->> 'approved_by', approval ->> 'asked_by') as by,
       (approval ->> 'valid_until')::timestamptz as until
     from campaigns where id = $1`,
    [campaignId],
  );
  const { why = null, state = null, by = null, until = null } = rows[0] ?? {};
  const approvers = await approversOf(db.pool, campaignId, await personOf(db.pool, viewer));
  const who = namesText(approvers.map(({ name }) => name));
  const next =
    state === 'waiting'
      ? `${by} asked for it; ${who} can approve it.`
      : state === 'approved'
        ? `What ${by} approved lasts until ${until?.toISOString().slice(0, 16).replace('T', ' ')} UTC and only for what they saw. Send it before, or ask again.`
        : approvers.length > 0
          ? `Ask for it first: ${who} can approve it.`
          : NOBODY;
  return new Problem(
    409,
    'approval_needed',
    `${why ? whyText(why) : 'It waits until somebody else has approved it.'} Nothing was sent. ${next}`,
    {
      details: { approvers: approvers.map(({ name }) => name) },
    },
  );
}

const NOBODY =
  'Nobody else can approve it: that takes an administrator or marketer who has changed nothing in it. An administrator can invite one, or change the rule under Settings, Approval.';

/** Nobody else can approve it: administrators are told, once a day for each campaign. */
export async function noApprover(db: Database, campaignId: number): Promise<Problem> {
  await db.pool.query(
    `insert into alerts (key, type, campaign_id, round, data)
     select 'campaign ' || id || ' has no approver, ' || current_date, 'campaign.no_approver', id, retry_count,
       jsonb_build_object('campaign', to_jsonb(c) - '{html,text}'::text[])
     from campaigns c where id = $1 on conflict (key) do nothing`,
    [campaignId],
  );
  return conflict(`${NOBODY} Administrators have been told.`, 'no_approver');
}
