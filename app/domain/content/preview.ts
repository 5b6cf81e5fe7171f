import type { ContentProblem } from './check-content.ts';

export interface Preview {
  /** Whose message it is; null while the campaign has no recipients, where variables stand for themselves. */
  recipient: { id: number; address: string } | null;
  subject: string | null;
  html: string | null;
  text: string | null;
  problems: ContentProblem[];
}
