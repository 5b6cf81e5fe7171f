import { Checkbox } from '@mantine/core';
import { Link } from '@remix-run/react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { failureLabel } from '#app/domain/failures.ts';
import { ChannelMark } from '../channel-mark.tsx';
import { Count, useNumbers } from '../number.tsx';
import { PageLink } from '../page-link.tsx';
import { ProgressByStatus } from '../progress-by-status.tsx';
import { RelativeTime } from '../relative-time.tsx';
import { CampaignStatusBadge } from '../status-badge.tsx';
import classes from './campaign-list.module.css';
import { CampaignMenu } from './campaign-menu.tsx';
import type { Selection } from './draft-selection.tsx';

/** A draft that was touched within this of its making has not changed. */
const MAKING_MS = 5_000;

function latest(
  { status, created_at, started_at, finished_at, scheduled_at }: CampaignJson,
  activeAt: string | undefined,
): { at: string; prefix: string } {
  if (finished_at) return { at: finished_at, prefix: status === 'CANCELLED' ? 'Cancelled' : 'Ended' };
  if (started_at) return { at: started_at, prefix: 'Started' };
  if (status === 'SCHEDULED' && scheduled_at) return { at: scheduled_at, prefix: 'Starts' };
  if (activeAt && Date.parse(activeAt) - Date.parse(created_at) > MAKING_MS) return { at: activeAt, prefix: 'Changed' };
  return { at: created_at, prefix: 'Created' };
}

interface Props {
  campaign: CampaignJson;
  activeAt: string | undefined;
  selection: Selection;
}

/** One campaign. A draft leads to its editor, the others to their live page; the whole row is the link's target. */
export function CampaignRow({ campaign, activeAt, selection }: Props) {
  const { counted } = useNumbers();
  const draft = campaign.status === 'DRAFT';
  const to = draft ? `/campaigns/${campaign.id}/edit` : `/campaigns/${campaign.id}`;
  const choosable = selection.on && draft && !campaign.preparing;
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        {choosable ? (
          <Checkbox
            className={classes.choose}
            aria-label={`Choose ${campaign.name}`}
            checked={selection.ids.has(campaign.id)}
            onChange={() => selection.toggle(campaign.id)}
          />
        ) : (
          <span className={classes.channel}>
            <ChannelMark channel={campaign.channel} />
          </span>
        )}
        <div className={classes.words}>
          <PageLink to={to} className={`name ${classes.link}`} dir="auto">
            {campaign.name}
          </PageLink>
          {campaign.subject && (
            <div className={`name ${classes.subject}`} dir="auto">
              {campaign.subject}
            </div>
          )}
          <div className={classes.meta}>
            <RelativeTime {...latest(campaign, activeAt)} />
            {campaign.created_by && <span className="name"> · {campaign.created_by}</span>}
          </div>
        </div>
      </div>
      <div className={classes.status}>
        <CampaignStatusBadge status={campaign.status} />
      </div>
      <div className={classes.progress}>
        {campaign.approval?.state === 'waiting' && (draft || campaign.status === 'SCHEDULED') ? (
          <Link to={`/campaigns/${campaign.id}/approval`} className={classes.waits} suppressHydrationWarning>
            Waits for approval to send to {counted(campaign.total, 'person', 'people')}
          </Link>
        ) : draft || campaign.status === 'SCHEDULED' ? (
          <span className={classes.quiet} suppressHydrationWarning>
            {draft
              ? campaign.total === 0
                ? 'No contacts yet'
                : `${counted(campaign.total, 'contact', 'contacts')}, not sent`
              : `Goes to ${counted(campaign.total, 'person', 'people')}`}
          </span>
        ) : (
          <>
            <div className={classes.counts}>
              <span>
                <strong>
                  <Count value={campaign.sent} />
                </strong>{' '}
                of <Count value={campaign.total} /> sent
              </span>
              <Trouble campaign={campaign} />
            </div>
            <ProgressByStatus counters={campaign} />
          </>
        )}
      </div>
      <CampaignMenu campaign={campaign} to={to} />
    </li>
  );
}

/** What may need somebody: why it stopped, who failed, whose outcome nobody knows. */
function Trouble({ campaign: { status, failure_code, failed, unknown } }: { campaign: CampaignJson }) {
  const stopped = (status === 'FAILED' || status === 'PARTIALLY_SENT') && failure_code !== null && failure_code !== 'recipients_failed';
  const parts = [
    stopped && <span key="stopped">{failureLabel(failure_code)}</span>,
    failed > 0 && (
      <span key="failed">
        <Count value={failed} /> failed
      </span>
    ),
    unknown > 0 && (
      <span key="unknown" data-unknown>
        <Count value={unknown} /> unknown
      </span>
    ),
  ].filter(Boolean);
  return parts.length > 0 && <span className={classes.trouble}>{parts}</span>;
}
