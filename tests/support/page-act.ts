import type { AuditAction } from '#app/domain/access/audit-actions.ts';
import type { PageWorld, Submitted } from './page-world.ts';
import type { FormFields } from './pages.ts';

/** What one form of a page is to leave in the audit log, and what it needs to come to something. */
export interface PageAct {
  /** One row, but where a reason is given for others. */
  rows: readonly AuditAction[];
  /** Why there is none, or more than one. */
  why?: string;
  /** Of one's own, or before there is anybody: nobody has too little right for it. */
  forAll?: true;
  /** What the fields are of, made anew; `as`: who does it, where that is not the administrator. */
  make(world: PageWorld): Promise<{ path: string; form?: FormFields | FormData | string; as?: Record<string, string> | undefined }>;
}

let count = 0;
/** A name that was not there before. */
export const another = (what: string) => `${what}-${++count}`;
/** What a form of the settings came to. */
export const resultOf = <T>(data: Submitted['data']): T => (data as { result: T }).result;

export const at = (rows: AuditAction[], path: string, form: FormFields = {}): PageAct => ({ rows, make: async () => ({ path, form }) });

/** By route, then by what its form asks for; "" where it has one form. */
export type PageActs = Record<string, Record<string, PageAct>>;
