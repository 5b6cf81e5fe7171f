/** One field that was wrong: `path` as in the request ("from", "recipients.3.address"), `message` a sentence for people. */
export interface FieldError {
  path: string;
  message: string;
}

export interface ProblemOptions {
  errors?: FieldError[];
  /** Seconds after which asking again makes sense; the API says it as Retry-After. */
  retryAfterS?: number;
  /** Members of the answer beside RFC 9457's own. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * Something the caller asked for that cannot be done, told in a sentence for people. Domain functions throw it;
 * the API answers it as application/problem+json (RFC 9457), pages show it as an alert.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** An HTTP status, 400 to 599. */
  readonly status: number;
  /** Stable and fixed by the REST API: `not_found`, `invalid`, `conflict`, `forbidden`, `too_large` or a finer one. */
  readonly code: string;
  readonly errors: FieldError[] | undefined;
  readonly retryAfterS: number | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(status: number, code: string, message: string, { errors, retryAfterS, details, cause }: ProblemOptions = {}) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.retryAfterS = retryAfterS;
    this.details = details;
  }
}

/** By name and not by class: the server and the routes' bundle each have a class of their own. */
export function isProblem(error: unknown): error is Problem {
  return error instanceof Error && error.name === 'Problem' && 'status' in error && 'code' in error;
}

export function notFound(what = 'There is nothing'): Problem {
  return new Problem(404, 'not_found', `${what} under this address.`);
}

export function conflict(message: string, code = 'conflict'): Problem {
  return new Problem(409, code, message);
}

export function invalid(errors: FieldError[], message = errors.map((error) => error.message).join(' ')): Problem {
  return new Problem(422, 'invalid', message, { errors });
}
