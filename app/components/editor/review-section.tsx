import { Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { channelLabels } from '../channel-mark.tsx';
import { useNumbers } from '../number.tsx';
import type { ChecklistItem } from './readiness.ts';
import classes from './review.module.css';
import type { ListFacts } from './use-content-check.ts';

interface Props {
  campaign: CampaignJson;
  subject: string;
  /** Whose subject that is, where it differs from person to person. */
  subjectOf: string | null;
  sender: string | null;
  /** In words. */
  when: string;
  items: ChecklistItem[];
  facts: ListFacts;
  /** Does the message itself offer the way out? */
  unsubscribes: boolean;
  /** What an SMS says to one person, and how long it is. */
  sms: { text: string; segments: number } | null;
  /** Who gets it: the list without those who are never sent to. */
  people: number;
  /** Do messages only go to the sandbox? */
  sandbox: boolean;
}

/** Of all messages, where each is as long as this one: variables make some longer. */
function lengthText(segments: number, people: number, counted: (n: number, one: string, many: string) => string): string {
  const each = counted(segments, 'segment', 'segments');
  return people === 1 ? each : `${each} for this person, about ${counted(segments * people, 'segment', 'segments')} in all`;
}

/** Exactly what will happen, before it does. */
export function ReviewSummary({ campaign, subject, subjectOf, sender, when, items, facts, unsubscribes, sms, people, sandbox }: Props) {
  const { empty, suppressed } = facts;
  const { counted } = useNumbers();
  const open = items.filter((item) => item.state === 'missing' || item.state === 'broken');
  const written = items.some(({ key, state }) => key === 'body' && (state === 'done' || state === 'warning'));
  const noWayOut = campaign.channel === 'email' && written && !unsubscribes;
  const rows: [string, string][] = [
    ['To', campaign.pending > 0 ? counted(people, 'person', 'people') : 'Nobody yet'],
    ['From', sender ?? 'No sender yet'],
    ...(campaign.channel === 'email'
      ? ([['Subject', `${subject || 'No subject yet'}${subjectOf ? ` (for ${subjectOf})` : ''}`]] as [string, string][])
      : ([['Message', sms?.text || 'No text yet']] as [string, string][])),
    ...(sms && people > 0 && sms.segments > 0 ? ([['Length', lengthText(sms.segments, people, counted)]] as [string, string][]) : []),
    ['By', channelLabels[campaign.channel]],
    ['When', when],
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
      {suppressed > 0 && (
        <Text size="sm" c="dimmed">
          {counted(campaign.pending, 'contact', 'contacts')}, of whom {counted(suppressed, 'is', 'are')} on the suppression list and left
          out.
        </Text>
      )}
      {sandbox && (
        <Text size="sm" c="dimmed" className={classes.sandbox}>
          The provider sandbox stands in for the providers: nobody gets a real message. An administrator sets real ones under Settings,
          Providers.
        </Text>
      )}
      {(open.length > 0 || empty.length > 0 || noWayOut) && (
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
                {item.key === 'saved'
                  ? `: ${item.detail ?? ''}`
                  : item.state === 'broken'
                    ? `has to be corrected. ${item.detail ?? ''}`
                    : item.key === 'contacts'
                      ? 'are missing.'
                      : 'is missing.'}
              </span>
            </li>
          ))}
          {noWayOut && (
            <li data-tone="amber">
              <IconAlertTriangle size={16} aria-label="Warning" />
              <span>
                The message has no link to unsubscribe. Mail programs show a button of their own, but many people look for a link, and in
                many countries there has to be one. Write <code>{'<a href="{{ unsubscribe_url }}">Unsubscribe</a>'}</code> at its end.
              </span>
            </li>
          )}
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
