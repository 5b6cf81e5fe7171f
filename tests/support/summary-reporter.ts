import type { Reporter, TestModule } from 'vitest/node';
import { reportSummary } from './summary.ts';

/** Ends a vitest run with a line of counts. A file that could not be loaded and an error outside of tests each count as one failure. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const summary = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      summary.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed' || state === 'failed') summary[state]++;
        else summary.skipped++;
      }
    }
    reportSummary(summary);
  }
}
