import type { z } from 'zod';
import { type FieldError, invalid } from './problem.ts';

export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: `There is no field "${key}".` }));
    }
    const wholeBody = issue.code === 'invalid_type' && issue.path.length === 0;
    return [{ path: issue.path.join('.'), message: wholeBody ? 'This must be a JSON object.' : issue.message }];
  });
}

/** The value as the schema makes it. @throws Problem 422 `invalid` with the path of each bad field */
export function parseInput<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(fieldErrors(parsed.error));
  return parsed.data;
}
