import { type Channel, channels } from '../campaigns/campaign.ts';

/** How far back a report looks, and what one bar of it stands for. The last one is the day, week or month under way. */
export const periods = {
  '7d': { label: '7 days', unit: 'day', count: 7 },
  '30d': { label: '30 days', unit: 'day', count: 30 },
  '13w': { label: '13 weeks', unit: 'week', count: 13 },
  '12m': { label: '12 months', unit: 'month', count: 12 },
} as const;
export type Period = keyof typeof periods;

export interface ReportView {
  period: Period;
  /** Null: both. */
  channel: Channel | null;
}

/** Reads a page's search parameters; what is not understood is as if it were not there. */
export function readReportView(params: URLSearchParams): ReportView {
  const period = (Object.keys(periods) as Period[]).find((one) => one === params.get('period'));
  return { period: period ?? '30d', channel: channels.find((one) => one === params.get('channel')) ?? null };
}

/** The search part of a URL that shows this, with its `?`. */
export function reportSearch({ period, channel }: ReportView): string {
  return `?${new URLSearchParams({ period, ...(channel && { channel }) })}`;
}

/** One day, week or month. Recipients as they stand now, by the day on which they came to stand so. */
export interface ReportRow {
  /** Its first day, YYYY-MM-DD, in the reader's time zone. */
  start: string;
  sent: number;
  failed: number;
  /** Of the sent ones. */
  recovered: number;
  /** Calls to providers. */
  attempts: number;
  /** Of the attempts: those of recipients that had been tried before. */
  retried: number;
}

export type ReportTotals = Omit<ReportRow, 'start'>;

export function totalsOf(rows: readonly ReportRow[]): ReportTotals {
  const sum = (name: keyof ReportTotals) => rows.reduce((total, row) => total + row[name], 0);
  return { sent: sum('sent'), failed: sum('failed'), recovered: sum('recovered'), attempts: sum('attempts'), retried: sum('retried') };
}
