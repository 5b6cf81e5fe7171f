import { data } from '@remix-run/node';
import { isProblem } from '../domain/problem.ts';
import { unavailable } from '../domain/unavailable.server.ts';

/**
 * Lets a page's error boundary tell a Problem, or that the database does not answer, to the reader: it becomes a thrown answer with its status and sentence.
 * Other errors pass through, and are logged and hidden.
 */
export async function orErrorPage<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const problem = isProblem(error) ? error : unavailable(error, false);
    if (problem) throw data({ detail: problem.message, code: problem.code }, { status: problem.status });
    throw error;
  }
}

/** A route's `:id`; anything but a positive integer names nothing (contracts: a malformed id is 404). */
export function idOf(text: string | undefined): number {
  if (text === undefined || !/^[1-9]\d{0,14}$/.test(text))
    throw data({ detail: 'There is no campaign under this address.' }, { status: 404 });
  return Number(text);
}
