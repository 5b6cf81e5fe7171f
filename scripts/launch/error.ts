/** Is thrown where a sentence says all that people need. */
export class LaunchError extends Error {}

/** An error's own words; a refused connection to several addresses carries one error for each. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(describeError).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}
