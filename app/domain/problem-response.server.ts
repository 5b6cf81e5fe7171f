import { STATUS_CODES } from 'node:http';
import type { Problem } from './problem.ts';

/** RFC 9457, section 3: `type` is about:blank, so `title` is the status in words; `code` is ours. */
export function problemResponse(problem: Problem, headers: Record<string, string> = {}): Response {
  const { status, code, message, errors, retryAfterS } = problem;
  const body = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code, detail: message, ...(errors && { errors }) };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      ...(retryAfterS !== undefined && { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterS))) }),
      ...headers,
    },
  });
}
