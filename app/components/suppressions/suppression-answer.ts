import type { Channel } from '#app/domain/channel.ts';
import type { FieldError } from '#app/domain/problem.ts';
import type { SuppressionImport } from '#app/domain/suppressions/import-report.ts';

/** What became of one of the page's forms. */
export type SuppressionAnswer =
  | { kind: 'added'; address: string }
  /** `still`: other reasons stand. */
  | { kind: 'removed'; address: string; still: boolean }
  | { kind: 'imported'; channel: Channel; report: SuppressionImport }
  | { kind: 'refused'; intent: string; address: string; detail: string; errors: FieldError[]; status: number };
