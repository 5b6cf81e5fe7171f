import { setTimeout as delay } from 'node:timers/promises';
import { Presets, SingleBar } from 'cli-progress';

/** The counters of the campaign JSON. */
export interface CampaignCounters {
  status: string;
  total: number;
  sent: number;
  retrying: number;
  failed: number;
  unknown: number;
  suppressed: number;
}

const ENDED = ['SENT', 'PARTIALLY_SENT', 'FAILED', 'CANCELLED'];
const INTERVAL_MS = 250;

/** Draws a campaign's progress in the terminal until it ends or the signal comes; without a terminal it prints a line at each tenth. */
export async function followCampaign<T extends CampaignCounters>(read: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const options = {
    format: '  {bar} {value} of {total} sent | {retrying} retrying | {failed} failed',
    hideCursor: true,
    forceRedraw: true,
  };
  const bar = process.stdout.isTTY ? new SingleBar({ ...options, barsize: 30 }, Presets.shades_classic) : undefined;
  let shown = -1;
  let started = false;
  try {
    while (!signal.aborted) {
      const campaign = await read();
      const { total, sent, retrying, failed, status } = campaign;
      if (bar && !started) bar.start(total, sent, { retrying, failed });
      started = true;
      bar?.update(sent, { retrying, failed });
      const tenth = Math.floor((10 * sent) / Math.max(total, 1));
      const ended = ENDED.includes(status);
      if (!bar && (tenth > shown || ended)) console.log(`  ${sent} of ${total} sent | ${retrying} retrying | ${failed} failed`);
      shown = tenth;
      if (ended) return campaign;
      await delay(INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    bar?.stop();
  }
  return undefined;
}
