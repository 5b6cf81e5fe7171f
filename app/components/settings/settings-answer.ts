import type { FieldError } from '#app/domain/problem.ts';

/** What a settings page gets back from a form: what came of it, or what was wrong. */
export type SettingsAnswer<T> = {
  /** Which of the page's forms it was. */
  intent: string;
} & ({ result: T; problem: null } | { result: null; problem: { detail: string; errors: FieldError[]; fields: Record<string, string> } });
