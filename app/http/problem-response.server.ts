import { STATUS_CODES } from 'node:http';
import type { Problem } from '../domain/problem.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** RFC 9457, section 3: `type` is about:blank, so `title` is the status in words; `code` is ours. */
export function problemBody({ status, code, message, errors, details }: Problem): object {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail: message,
    ...(errors && { errors }),
    ...details,
  };
}

export function problemResponse(problem: Problem, headers: Record<string, string> = {}): Response {
  const { retryAfterS } = problem;
  return new Response(JSON.stringify(problemBody(problem)), {
    status: problem.status,
    headers: {
      'Content-Type': PROBLEM_TYPE,
      'Cache-Control': 'no-store',
      ...(retryAfterS !== undefined && { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterS))) }),
      ...headers,
    },
  });
}
