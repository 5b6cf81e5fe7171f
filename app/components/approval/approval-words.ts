import type { Role } from '#app/domain/access/roles.ts';
import type { ApprovalJson } from '#app/domain/campaigns/approval.ts';

/** Does it wait when somebody of this role sends it? */
export function waitsFor(approval: ApprovalJson | null, role: Role): boolean {
  if (!approval?.needed) return false;
  return approval.roles === null || approval.roles.includes(role);
}

/** May it go now, as far as this page knows? @param now ms */
export function isApproved(approval: ApprovalJson | null, now: number): boolean {
  return approval?.state === 'approved' && Date.parse(approval.valid_until ?? '') > now;
}

/** "Ben, Cleo or 3 more". */
export function anyOf(names: readonly string[]): string {
  if (names.length > 3) return `${names.slice(0, 2).join(', ')} or ${names.length - 2} more`;
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1)}` : (names[0] ?? 'nobody');
}
