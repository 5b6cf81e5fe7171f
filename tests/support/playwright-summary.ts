import type { FullResult, Reporter, Suite } from '@playwright/test/reporter';
import { reportSummary } from './summary.ts';

/** Ends a Playwright run with a line of counts. A run that failed outside of its tests counts as one failure. */
export default class PlaywrightSummary implements Reporter {
  #suite: Suite | undefined;
  #errors = 0;

  onBegin(_config: unknown, suite: Suite): void {
    this.#suite = suite;
  }

  onError(): void {
    this.#errors++;
  }

  onEnd(result: FullResult): void {
    const summary = { passed: 0, failed: this.#errors, skipped: 0 };
    for (const test of this.#suite?.allTests() ?? []) {
      const outcome = test.outcome();
      if (outcome === 'expected') summary.passed++;
      else if (outcome === 'skipped') summary.skipped++;
      else summary.failed++;
    }
    if (result.status !== 'passed' && summary.failed === 0) summary.failed = 1;
    reportSummary(summary);
  }
}
