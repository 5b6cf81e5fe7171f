import type { z } from 'zod';
import { type FieldError, invalid } from './problem.ts';

function fieldErrors(error: Pick<z.ZodError, 'issues'>): FieldError[] {
  return error.issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'invalid_union') {
      // Of the forms that it may have, the one that it was meant to have.
      const [meant = []] = issue.errors.toSorted((a, b) => Number(isOtherType(a)) - Number(isOtherType(b)));
      return fieldErrors({ issues: meant });
    }
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: `There is no field "${key}".` }));
    }
    const wholeBody = issue.code === 'invalid_type' && issue.path.length === 0;
    return [{ path: issue.path.join('.'), message: wholeBody ? 'This must be a JSON object.' : issue.message }];
  });
}

function isOtherType(issues: readonly z.core.$ZodIssue[]): boolean {
  return issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0);
}

/** The value as the schema makes it. @throws Problem 422 `invalid` with the path of each bad field */
export function parseInput<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(fieldErrors(parsed.error));
  return parsed.data;
}
