import type { ReportRow } from '#app/domain/reporting/period.ts';

/** The parts of a bar: together they are everybody whose outcome fell into it. */
export const reportSeries = [
  { name: 'first', label: 'Sent at once', color: 'var(--tone-green-fill)' },
  { name: 'recovered', label: 'Saved by a retry', color: 'var(--tone-blue-fill)' },
  { name: 'failed', label: 'Failed', color: 'var(--tone-red-fill)' },
] as const;

export function reportBars(rows: readonly ReportRow[], label: (start: string) => string) {
  return rows.map(({ start, sent, recovered, failed }) => ({ label: label(start), first: sent - recovered, recovered, failed }));
}

/** "29 Mar", "Mar 2026": a day that has no zone any more. */
export function startText(start: string, unit: 'day' | 'week' | 'month', locale: string): string {
  const parts = unit === 'month' ? ({ month: 'short', year: 'numeric' } as const) : ({ day: 'numeric', month: 'short' } as const);
  return new Intl.DateTimeFormat(locale, { ...parts, timeZone: 'UTC' }).format(new Date(`${start}T00:00:00Z`));
}
