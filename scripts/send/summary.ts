import { type CampaignJson, hasEnded, statusLabels } from '#app/domain/campaigns/campaign.ts';
import type { FailureGroup } from '#app/domain/campaigns/failure-group.ts';
import type { ImportReport } from '#app/domain/contacts/import-report.ts';

const number = new Intl.NumberFormat('en-US');
const ROWS_SHOWN = 5;

/** What became of the contact file, with the first rejected rows. */
export function importText(report: ImportReport, url: string): string {
  const { rows, accepted, duplicates, rejected, left_out, errors } = report;
  const shown = errors
    .slice(0, ROWS_SHOWN)
    .map(({ line, address, reason, advice }) => `  line ${line}: ${address ? `${address}: ` : ''}${reason}${advice ? `. ${advice}` : ''}`);
  const more = rejected - shown.length;
  return [
    `${number.format(rows)} rows: ${number.format(accepted)} accepted, ${number.format(duplicates)} duplicates, ${number.format(rejected)} rejected${left_out > 0 ? ` (${number.format(left_out)} for their status in the file)` : ''}`,
    ...shown,
    ...(more > 0 && report.report_url ? [`  and ${number.format(more)} more: ${url}${report.report_url}`] : []),
  ].join('\n');
}

/** How it ended, or stands: by outcome, then why. */
export function endText(campaign: CampaignJson, failures: FailureGroup[], pageUrl: string): string {
  const seconds = (Date.parse(campaign.finished_at ?? '') - Date.parse(campaign.started_at ?? '')) / 1000;
  const waiting = campaign.pending + campaign.queued;
  const waits = hasEnded(campaign.status) ? 'not tried' : 'waiting';
  const outcomes: [string, number][] = [
    ['sent', campaign.sent],
    ['sending', campaign.sending],
    ['retrying', campaign.retrying],
    ['failed', campaign.failed],
    ['unknown', campaign.unknown],
    ['suppressed', campaign.suppressed],
    ['cancelled', campaign.cancelled],
    [waits, waiting],
  ];
  return [
    '',
    `${statusLabels[campaign.status]}: ${number.format(campaign.sent)} of ${number.format(campaign.total)} sent${
      Number.isFinite(seconds) ? ` in ${seconds.toFixed(1)} s` : ''
    }`,
    ...outcomes.filter(([, count]) => count > 0).map(([label, count]) => `  ${label.padEnd(11)}${number.format(count).padStart(11)}`),
    ...(failures.length > 0 ? ['', 'Why recipients failed'] : []),
    ...failures.map(({ label, count }) => `  ${number.format(count).padStart(9)}  ${label}`),
    ...(campaign.failure_reason ? ['', campaign.failure_reason] : []),
    '',
    pageUrl,
  ].join('\n');
}
