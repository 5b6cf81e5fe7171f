import type { FieldError } from '#app/domain/problem.ts';

/** What became of a form of the second factor. */
export interface SecondFactorAnswer {
  problem: { detail: string; errors: FieldError[] } | null;
  said?: string;
  /** Recovery codes that were made just now. */
  codes?: string[];
}
