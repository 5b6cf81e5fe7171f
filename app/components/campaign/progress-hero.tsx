import { VisuallyHidden } from '@mantine/core';
import { Link } from '@remix-run/react';
import { Fragment, useEffect, useRef, useState } from 'react';
import { may } from '#app/domain/access/roles.ts';
import { type CampaignJson, statusLabels } from '#app/domain/campaigns/campaign.ts';
import { ledgerSearch, troubleTabs, wholeLedger } from '#app/domain/recipients/ledger-filter.ts';
import { useNumbers } from '../number.tsx';
import { ProgressByStatus, ProgressLegend } from '../progress-by-status.tsx';
import { useViewer } from '../use-viewer.ts';
import classes from './progress-hero.module.css';

/** The largest thing on the page: how many of how many, and what became of the others. */
export function ProgressHero({ campaign }: { campaign: CampaignJson }) {
  const { count, percent } = useNumbers();
  const { sent, total, status } = campaign;
  const done = total > 0 && sent === total;
  const underWay = status === 'SENDING' || status === 'PAUSED';
  return (
    <section className={classes.root} aria-label="Progress" data-status={status}>
      <div className={classes.line} translate="no">
        <p className={classes.counter} data-testid="counter">
          <span className={classes.number} data-room={underWay && sent > 0 ? count(total) : undefined} suppressHydrationWarning>
            {count(sent)}
          </span>{' '}
          <span className={classes.of} suppressHydrationWarning>
            of {count(total)} sent
          </span>
        </p>
        <p className={classes.percent} data-done={done || undefined} suppressHydrationWarning>
          {percent(total === 0 ? 0 : sent / total)}
        </p>
      </div>
      <ProgressByStatus counters={campaign} size="lg" />
      <div className={classes.legend}>
        <ProgressLegend counters={campaign} underWay={underWay} />
        <Deliveries campaign={campaign} path={`/campaigns/${campaign.id}`} />
      </div>
      <SpokenProgress campaign={campaign} />
    </section>
  );
}

/** What the provider told after it took the messages; it may take minutes, so nothing is said before. */
function Deliveries({ campaign, path }: { campaign: CampaignJson; path: string }) {
  const { delivered, bounced, complained, unsubscribed, sent } = campaign;
  const { count } = useNumbers();
  const seesPeople = may(useViewer(), 'people:read');
  if (delivered + bounced + complained + unsubscribed === 0 || sent === 0) return null;
  // A provider may tell of a delivery before its own answer to us is in the ledger: of those that count as sent no more can have arrived.
  const arrived = Math.min(delivered, sent - Math.min(bounced, sent));
  return (
    <p className={classes.deliveries} data-testid="deliveries" translate="no" suppressHydrationWarning>
      Of {count(sent)} sent, {count(arrived)} delivered
      {troubleTabs
        .filter((trouble) => campaign[trouble] > 0)
        .map((trouble) => (
          <Fragment key={trouble}>
            {', '}
            {seesPeople ? (
              <Link
                to={{ pathname: path, search: ledgerSearch({ ...wholeLedger, tab: trouble }), hash: '#recipients' }}
                suppressHydrationWarning
              >
                {count(campaign[trouble])} {trouble}
              </Link>
            ) : (
              `${count(campaign[trouble])} ${trouble}`
            )}
          </Fragment>
        ))}
    </p>
  );
}

const SPEAK_EVERY_MS = 15_000;

/** For screen readers: the progress now and then, not ten times a second. */
function SpokenProgress({ campaign }: { campaign: CampaignJson }) {
  const { count, percent } = useNumbers();
  const { status, sent, total, failed } = campaign;
  const said = status === 'SENDING' ? '' : `${statusLabels[status]}. `;
  const text = `${said}${count(sent)} of ${count(total)} sent, ${percent(total === 0 ? 0 : sent / total)}, ${count(failed)} failed`;
  const [spoken, setSpoken] = useState('');
  const latest = useRef(text);
  latest.current = text;
  const first = useRef(status);
  // Whatever moves no more is told as it is, at once: the last interval's numbers would stay for ever.
  useEffect(() => {
    if (status !== first.current && status !== 'SENDING') setSpoken(text);
  }, [status, text]);
  useEffect(() => {
    if (status !== 'SENDING') return;
    const timer = setInterval(() => setSpoken(latest.current), SPEAK_EVERY_MS);
    return () => clearInterval(timer);
  }, [status]);
  return <VisuallyHidden aria-live="polite">{spoken}</VisuallyHidden>;
}
