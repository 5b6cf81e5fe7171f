import { type Channel, channels } from '../channel.ts';

/** How far back a report looks, and what one bar of it stands for. The last one is the day, week or month under way. */
export const periods = {
  '7d': { label: '7 days', unit: 'day', count: 7 },
  '30d': { label: '30 days', unit: 'day', count: 30 },
  '13w': { label: '13 weeks', unit: 'week', count: 13 },
  '12m': { label: '12 months', unit: 'month', count: 12 },
} as const;
export type Period = keyof typeof periods;
export type Unit = 'day' | 'week' | 'month';

/** From the first day to the last one, both part of it, as YYYY-MM-DD in the reader's time zone. */
export interface Days {
  from: string;
  to: string;
}

export interface ReportView {
  period: Period;
  /** Days that the reader chose; they stand instead of the period. */
  days?: Days;
  /** Null: both. */
  channel: Channel | null;
  /** Why days that were asked for are not shown. */
  problem?: string;
}

/** Ten years. */
const MAX_DAYS = 3_660;
const DAY_MS = 86_400_000;

/** Reads a page's search parameters; what is not understood is as if it were not there, but days that cannot be shown are told of. */
export function readReportView(params: URLSearchParams): ReportView {
  const period = (Object.keys(periods) as Period[]).find((one) => one === params.get('period'));
  const view: ReportView = { period: period ?? '30d', channel: channels.find((one) => one === params.get('channel')) ?? null };
  const from = params.get('from')?.trim();
  const to = params.get('to')?.trim();
  if (!from && !to) return view;
  if (!from || !to || !isDay(from) || !isDay(to)) return { ...view, problem: 'Choose both the first and the last day.' };
  if (from > to) return { ...view, problem: 'The first day is after the last one.' };
  if (lengthOf({ from, to }) > MAX_DAYS) return { ...view, problem: 'Choose at most ten years at once.' };
  return { ...view, days: { from, to } };
}

/** The search part of a URL that shows this, with its `?`. */
export function reportSearch({ period, days, channel }: ReportView): string {
  return `?${new URLSearchParams({ ...(days ? { from: days.from, to: days.to } : { period }), ...(channel && { channel }) })}`;
}

/** What one bar stands for: chosen days are shown by days up to two months, by weeks up to a year, else by months. */
export function reportUnit({ period, days }: ReportView): Unit {
  if (!days) return periods[period].unit;
  const length = lengthOf(days);
  return length <= 62 ? 'day' : length <= 371 ? 'week' : 'month';
}

/** The days of one row: the last week or month ends with the report. */
export function daysOf(start: string, unit: Unit, { from, to }: Days): Days {
  const next = new Date(`${start}T00:00:00Z`);
  if (unit === 'month') next.setUTCMonth(next.getUTCMonth() + 1);
  else next.setUTCDate(next.getUTCDate() + (unit === 'week' ? 7 : 1));
  const last = new Date(next.getTime() - DAY_MS).toISOString().slice(0, 10);
  return { from: start < from ? from : start, to: last > to ? to : last };
}

/** How many days a report is about. */
export function lengthOf({ from, to }: Days): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
}

/** A day that the calendar has: no 30 February. */
function isDay(text: string): boolean {
  if (!/^[12]\d{3}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
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
  /** Recipients, by the day of the first report of it. */
  bounced: number;
  complained: number;
  unsubscribed: number;
  /** Recipients that are delivered now, by the day of their delivery. */
  delivered: number;
}

/** A campaign that began in the period, as it stands now. */
export interface ReportCampaign {
  id: number;
  name: string;
  channel: Channel;
  sent: number;
  failed: number;
  delivered: number;
  bounced: number;
  complained: number;
  unsubscribed: number;
}

/** What became of the messages of the campaigns that began in the period; each counts recipients. */
export interface Afterwards {
  sent: number;
  delivered: number;
  bounced: number;
  complained: number;
  unsubscribed: number;
}

export type ReportTotals = Omit<ReportRow, 'start'>;

export const reportNumbers = [
  'sent',
  'recovered',
  'failed',
  'attempts',
  'retried',
  'bounced',
  'complained',
  'unsubscribed',
  'delivered',
] as const;

export function totalsOf(rows: readonly ReportRow[]): ReportTotals {
  const sum = (name: (typeof reportNumbers)[number]) => rows.reduce((total, row) => total + row[name], 0);
  return Object.fromEntries(reportNumbers.map((name) => [name, sum(name)])) as unknown as ReportTotals;
}
