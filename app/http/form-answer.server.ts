import { data } from '@remix-run/node';
import type { FieldError } from '../domain/problem.ts';
import { problemOfChange } from '../domain/unavailable.server.ts';

/** Why a form came to nothing, with what was typed but passwords. */
export interface FormProblem {
  detail: string;
  errors: FieldError[];
  fields: Record<string, string>;
}

/** What a form of a page outside the settings comes to: the work's answer, or its Problem in words. Passwords never come back. */
export async function formAnswer<T>(work: () => Promise<T>, form: FormData) {
  try {
    return await work();
  } catch (thrown) {
    const error = problemOfChange(thrown);
    if (!error) throw thrown;
    const typed = [...form].filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && !/password|former|code/i.test(entry[0]),
    );
    const problem: FormProblem = { detail: error.message, errors: error.errors ?? [], fields: Object.fromEntries(typed) };
    const wait: Record<string, string> = error.retryAfterS === undefined ? {} : { 'Retry-After': String(Math.ceil(error.retryAfterS)) };
    return data({ problem }, { status: error.status, headers: wait });
  }
}
