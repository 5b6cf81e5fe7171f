import { Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { channelLabels } from '../channel-mark.tsx';
import { useNumbers } from '../number.tsx';
import type { ChecklistItem } from './readiness.ts';
import classes from './review.module.css';
import type { EmptyFor } from './use-content-check.ts';

interface Props {
  campaign: CampaignJson;
  subject: string;
  /** Whose subject that is, where it differs from person to person. */
  subjectOf: string | null;
  sender: string | null;
  items: ChecklistItem[];
  /** Variables that the content uses and that are empty for some. */
  empty: EmptyFor[];
}

/** Exactly what will happen, before it does. */
export function ReviewSummary({ campaign, subject, subjectOf, sender, items, empty }: Props) {
  const { counted } = useNumbers();
  const open = items.filter((item) => item.state === 'missing' || item.state === 'broken');
  const rows: [string, string][] = [
    ['To', campaign.pending > 0 ? counted(campaign.pending, 'person', 'people') : 'Nobody yet'],
    ['From', sender ?? 'No sender yet'],
    ...(campaign.channel === 'email'
      ? ([['Subject', `${subject || 'No subject yet'}${subjectOf ? ` (for ${subjectOf})` : ''}`]] as [string, string][])
      : []),
    ['By', channelLabels[campaign.channel]],
    ['When', 'Now, as soon as you confirm'],
  ];
  return (
    <div className={classes.root}>
      <dl className={classes.facts}>
        {rows.map(([term, text]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd className="name" dir="auto">
              {text}
            </dd>
          </div>
        ))}
      </dl>
      {campaign.suppressed > 0 && (
        <Text size="sm" c="dimmed">
          {counted(campaign.suppressed, 'person', 'people')} on the suppression list will not be sent to.
        </Text>
      )}
      {(open.length > 0 || empty.length > 0) && (
        <ul className={classes.warnings}>
          {open.map((item) => (
            <li key={item.key} data-tone={item.state === 'broken' ? 'red' : 'gray'}>
              {item.state === 'broken' ? (
                <IconCircleX size={16} aria-label="To correct" />
              ) : (
                <IconCircleDashed size={16} aria-label="Missing" />
              )}
              <span>
                <a href={item.href}>{item.label}</a>{' '}
                {item.state === 'broken'
                  ? `has to be corrected. ${item.detail ?? ''}`
                  : item.key === 'contacts'
                    ? 'are missing.'
                    : 'is missing.'}
              </span>
            </li>
          ))}
          {empty.map(({ name, count }) => (
            <li key={name} data-tone="amber">
              <IconAlertTriangle size={16} aria-label="Warning" />
              <span>
                <code>{name}</code> is empty for {counted(count, 'person', 'people')}. Give it a default, such as{' '}
                <code>{`{{ ${name} | default: "…" }}`}</code>, if the sentence needs a word there.
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
