import type { z } from 'zod';
import { type FieldError, invalid } from './problem.ts';

export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: `There is no field "${key}".` }))
      : [{ path: issue.path.join('.'), message: issue.message }],
  );
}

/** The value as the schema makes it. @throws Problem 422 `invalid` with the path of each bad field */
export function parseInput<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(fieldErrors(parsed.error));
  return parsed.data;
}
