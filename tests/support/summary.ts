import { appendFileSync } from 'node:fs';

/** Counts of one test run. */
export interface Summary {
  passed: number;
  failed: number;
  skipped: number;
}

/** The line that every run of tests ends with. */
function summaryLine({ passed, failed, skipped }: Summary): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Prints the line, or hands the counts to `npm test`, which adds the runs up and prints one. */
export function reportSummary(summary: Summary): void {
  if (process.env.SUMMARY_FILE) appendFileSync(process.env.SUMMARY_FILE, `${JSON.stringify(summary)}\n`);
  else process.once('exit', () => console.log(summaryLine(summary)));
}
