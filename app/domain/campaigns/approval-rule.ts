import type { Role } from '../access/roles.ts';

/** Which campaigns wait for somebody else; none: the approval is off. */
export interface ApprovalRule {
  /** Those to more people than this. */
  more_than: number | null;
  /** Those that people of these roles send. */
  roles: Role[];
}

/** A scheduled campaign that would wait. */
export interface Waiting {
  id: number;
  name: string;
  people: number;
}
