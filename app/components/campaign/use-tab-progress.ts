import { notifications } from '@mantine/notifications';
import { useEffect, useRef } from 'react';
import { type CampaignJson, hasEnded, statusLabels } from '#app/domain/campaigns/campaign.ts';
import { useNumbers } from '../number.tsx';
import { campaignLooks, type Tone } from '../status-look.ts';
import { allSent } from './all-sent.ts';
import { tabTitle } from './tab-title.ts';

const ICON = '/favicon.svg';
const dots: Partial<Record<Tone, string>> = { blue: '#3b8bea', green: '#2fa866', amber: '#eda73a', red: '#de4b4b', slate: '#8d94a3' };

/** The product's mark with a dot in the status' colour, for the browser's tab. */
function iconWithDot(tone: Tone): string {
  const dot = dots[tone] ?? '#8d94a3';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#544fd2"/><path d="M8 10.5h9M8 16h6M8 21.5h5" stroke="#fff" stroke-opacity=".6" stroke-width="2.6" stroke-linecap="round"/><path d="m16.5 19 3.6 3.6L26 13.5" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/><circle cx="25" cy="7" r="7" fill="${dot}" stroke="#fff" stroke-width="2"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function setIcon(href: string): void {
  document.querySelector<HTMLLinkElement>('link[rel="icon"]')?.setAttribute('href', href);
}

/** Lets a reader who is elsewhere follow: progress in the tab's title, a dot on its icon, and a notification when the campaign ends. */
export function useTabProgress(campaign: CampaignJson): void {
  const { counted, count, percent } = useNumbers();
  const { id, name, status, sent, total, suppressed } = campaign;
  const title = tabTitle(campaign, percent);
  const { tone } = campaignLooks[status];
  const before = useRef({ id, status });

  useEffect(() => {
    document.title = title;
  }, [title]);

  useEffect(() => {
    setIcon(iconWithDot(tone));
    return () => setIcon(ICON);
  }, [tone]);

  useEffect(() => {
    const was = before.current;
    before.current = { id, status };
    if (was.id !== id || was.status === status || hasEnded(was.status) || !hasEnded(status)) return;
    const message =
      status === 'SENT'
        ? `${sent > 1 ? `All ${count(sent)} messages sent` : allSent({ sent, suppressed }, { count, counted })}.`
        : `${count(sent)} of ${count(total)} sent.`;
    notifications.show({
      title: `${name}: ${statusLabels[status].toLowerCase()}`,
      message,
      color: tone === 'slate' ? 'gray' : tone,
      autoClose: 10_000,
    });
    if (document.hidden && typeof Notification !== 'undefined' && Notification.permission === 'granted') {
      new Notification(`${name}: ${statusLabels[status].toLowerCase()}`, { body: message, tag: `campaign-${id}` });
    }
  }, [id, status, name, sent, total, suppressed, tone, counted, count]);
}
