import { type Role, roleLabels } from '../access/roles.ts';
import { fieldsText } from './draft-changes.ts';

export const approvalStates = ['none', 'waiting', 'approved', 'declined', 'withdrawn'] as const;
type ApprovalState = (typeof approvalStates)[number];

/** Why what was asked for, or approved, counts no more. */
export type Withdrawal = 'changed' | 'taken_back' | 'time' | 'expired' | 'rule' | 'approver' | 'not_needed' | 'cancelled';

/** An approval lasts so long after it was given, or after the time that was asked for. */
const APPROVAL_DAYS = 7;
const APPROVAL_MS = APPROVAL_DAYS * 86_400_000;

/** Which campaigns wait for somebody else; as the database says of one. */
export interface ApprovalWhy {
  /** To more people than this. */
  people?: number;
  /** That people of these roles send. */
  roles?: Role[];
}

/** As the campaign's row keeps it. Times are ISO 8601 in UTC. */
export interface StoredApproval {
  state: Exclude<ApprovalState, 'none'>;
  /** Of everything that goes out and to whom. */
  hash: string;
  revision: number;
  people: number;
  sender: string;
  asked_by: string;
  /** A person; null: nobody knows who it was. */
  asked_by_id: string | null;
  /** Its id or that of the key that they asked by; absent: as `asked_by_id`. */
  asked_as?: string;
  asked_at: string;
  /** When it is to go out; null: at once, or whenever somebody sends it. */
  scheduled_at: string | null;
  time_zone: string | null;
  /** Does it go out by itself once it is approved? */
  send: boolean;
  approved_by?: string;
  approved_by_id?: string;
  approved_at?: string;
  valid_until?: string;
  declined_by?: string;
  declined_at?: string;
  note?: string | null;
  withdrawn_by?: string | null;
  withdrawn_at?: string;
  withdrawn_why?: Withdrawal;
  /** What was changed, as the campaign JSON names it. */
  fields?: string[] | null;
}

/** The campaign JSON's `approval`. */
export interface ApprovalJson {
  /** Can it not be sent without one? Where `roles` are named: by people of these. */
  needed: boolean;
  why: string | null;
  roles: Role[] | null;
  state: ApprovalState;
  hash: string | null;
  revision: number | null;
  people: number | null;
  sender: string | null;
  asked_by: string | null;
  asked_at: string | null;
  scheduled_at: string | null;
  time_zone: string | null;
  send: boolean;
  approved_by: string | null;
  approved_at: string | null;
  valid_until: string | null;
  declined_by: string | null;
  declined_at: string | null;
  note: string | null;
  withdrawn_by: string | null;
  withdrawn_at: string | null;
  /** In a sentence. */
  withdrawn_why: string | null;
}

/** Null where none is needed and none was asked for. @param open may it still be sent for the first time? */
export function approvalJson(stored: StoredApproval | null, why: ApprovalWhy | null, open: boolean): ApprovalJson | null {
  const needed = open && (why != null || stored?.state === 'waiting');
  if (!stored && !needed) return null;
  return {
    needed,
    why: needed && why ? whyText(why) : null,
    roles: (needed && why?.roles) || null,
    state: stored?.state ?? 'none',
    hash: stored?.hash ?? null,
    revision: stored?.revision ?? null,
    people: stored?.people ?? null,
    sender: stored?.sender ?? null,
    asked_by: stored?.asked_by ?? null,
    asked_at: stored?.asked_at ?? null,
    scheduled_at: stored?.scheduled_at ?? null,
    time_zone: stored?.time_zone ?? null,
    send: stored?.send ?? false,
    approved_by: stored?.approved_by ?? null,
    approved_at: stored?.approved_at ?? null,
    valid_until: stored?.valid_until ?? null,
    declined_by: stored?.declined_by ?? null,
    declined_at: stored?.declined_at ?? null,
    note: stored?.note ?? null,
    withdrawn_by: stored?.withdrawn_by ?? null,
    withdrawn_at: stored?.withdrawn_at ?? null,
    withdrawn_why: stored?.withdrawn_why
      ? withdrawnText({ why: stored.withdrawn_why, by: stored.withdrawn_by, fields: stored.fields, approver: stored.approved_by })
      : null,
  };
}

/** Which campaigns wait, in a sentence. */
export function whyText({ people, roles }: ApprovalWhy): string {
  if (people !== undefined)
    return `Campaigns to more than ${people.toLocaleString('en-US')} people wait until somebody else has approved them.`;
  return `Campaigns that people with the role ${(roles ?? []).map((role) => roleLabels[role]).join(' or ')} send wait until somebody else has approved them.`;
}

interface Withdrawn {
  why: Withdrawal;
  by?: string | null | undefined;
  fields?: readonly string[] | null | undefined;
  approver?: string | null | undefined;
}

/** Why an approval, or what was asked for, counts no more: "Ana changed the subject." */
export function withdrawnText({ why, by, fields, approver }: Withdrawn): string {
  switch (why) {
    case 'changed': {
      const what = fieldsText(fields ?? []);
      return by ? `${by} changed ${what}.` : `${what.charAt(0).toUpperCase()}${what.slice(1)} changed.`;
    }
    case 'taken_back':
      return by ? `${by} took it back.` : 'It was taken back.';
    case 'time':
      return 'Its time came, and nobody had approved it. Nothing was sent.';
    case 'expired':
      return `What ${approver ?? 'somebody else'} had approved was over by then. Nothing was sent.`;
    case 'rule':
      return 'The settings ask for no approval of it any more.';
    case 'not_needed':
      return `${by ?? 'Somebody'} needed no approval, and sent or scheduled it.`;
    case 'cancelled':
      return `${by ?? 'Somebody'} cancelled it.`;
    case 'approver':
      return `${approver ?? 'Who approved it'} may not approve campaigns any more.`;
  }
}

/** Until when an approval lasts that is given now. @param now ms */
export function validUntil(scheduledAt: string | null, now: number): string {
  return new Date(Math.max(now, scheduledAt ? Date.parse(scheduledAt) : 0) + APPROVAL_MS).toISOString();
}
