import { Tooltip, VisuallyHidden } from '@mantine/core';
import type { CampaignCounters } from '#app/domain/campaigns/campaign.ts';
import { useNumbers } from './number.tsx';
import classes from './progress-by-status.module.css';
import { progressParts } from './status-look.ts';

/**
 * One bar whose parts add up to the campaign's total. A part that exists is never thinner than 2 px, so that 3 failures of a million
 * are seen. For screen readers it is a sentence. `size` sm for lists, lg for the live page.
 */
export function ProgressByStatus({ counters, size = 'sm' }: { counters: CampaignCounters; size?: 'sm' | 'lg' }) {
  const { count } = useNumbers();
  const parts = progressParts(counters).filter((part) => part.count > 0);
  const text =
    counters.total === 0 ? 'No recipients yet' : parts.map((part) => `${count(part.count)} ${part.label.toLowerCase()}`).join(', ');
  const bar = (
    <div className={classes.bar} data-size={size} aria-hidden>
      {parts.map((part) => (
        <span
          key={part.key}
          className={classes.part}
          data-part={part.key}
          style={{ flexGrow: part.count, backgroundColor: `var(--tone-${part.tone}-fill)` }}
        />
      ))}
    </div>
  );
  return (
    <div className={classes.root}>
      {counters.total > 0 ? <Tooltip label={text}>{bar}</Tooltip> : bar}
      <VisuallyHidden key={text} suppressHydrationWarning>
        {text}
      </VisuallyHidden>
    </div>
  );
}

/** Parts that come and go while a campaign is under way. */
const usual: readonly string[] = ['sent', 'sending', 'retrying', 'unknown', 'failed', 'waiting'];

/**
 * What the colours of the bar mean, with their counts. Parts that are empty are left out, except sent; while the campaign is under way
 * the usual ones keep their places, so that nothing moves.
 */
export function ProgressLegend({ counters, underWay }: { counters: CampaignCounters; underWay: boolean }) {
  const { count } = useNumbers();
  return (
    <ul className={classes.legend}>
      {progressParts(counters)
        .filter((part) => part.count > 0 || part.key === 'sent' || (underWay && usual.includes(part.key)))
        .map(({ key, label, count: n, tone, icon: Icon }) => (
          <li key={key}>
            <span className={classes.swatch} style={{ backgroundColor: `var(--tone-${tone}-fill)` }} data-part={key} />
            <Icon size={14} stroke={2} aria-hidden style={{ color: `var(--tone-${tone}-fg)` }} />
            {label}
            <strong className="numeric" translate="no" data-room={underWay ? count(counters.total) : undefined} suppressHydrationWarning>
              {count(n)}
            </strong>
          </li>
        ))}
    </ul>
  );
}
