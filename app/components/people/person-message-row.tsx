import { Button } from '@mantine/core';
import { Link } from '@remix-run/react';
import { may } from '#app/domain/access/roles.ts';
import { type FailureCode, failureLabel, failureTexts } from '#app/domain/failures.ts';
import type { PersonMessage } from '#app/domain/people/person.ts';
import { attemptsText, recipientWords } from '#app/domain/recipients/recipient-words.ts';
import { Countdown } from '../campaign/countdown.tsx';
import { PageLink } from '../page-link.tsx';
import { rowAct } from '../recipient-actions/row-act.ts';
import { RelativeTime } from '../relative-time.tsx';
import { CampaignStatusBadge, RecipientStatusBadge } from '../status-badge.tsx';
import { useViewer } from '../use-viewer.ts';
import classes from './people.module.css';

/** One message: in which campaign, what became of it, why, and what to do. The row leads to its story. */
export function PersonMessageRow({ message: { campaign, recipient } }: { message: PersonMessage }) {
  const mayRetry = may(useViewer(), 'recipients:retry');
  const draft = campaign.status === 'DRAFT';
  const story = draft ? `/campaigns/${campaign.id}/edit` : `/campaigns/${campaign.id}/recipients/${recipient.id}`;
  const act = mayRetry ? rowAct(recipient, campaign.status === 'CANCELLED') : null;
  const { status, failure_code } = recipient;
  return (
    <li className={classes.message}>
      <div className={classes.what}>
        <PageLink to={story} className={`name ${classes.link}`} dir="auto">
          {campaign.name}
        </PageLink>
        <CampaignStatusBadge status={campaign.status} variant="plain" />
        {recipient.former_address !== undefined && (
          <span className={classes.quiet}>
            Their address here was <bdi className="name">{recipient.former_address}</bdi> before
          </span>
        )}
      </div>
      <div className={classes.state}>
        {draft ? <span className={classes.quiet}>Not sent yet</span> : <RecipientStatusBadge status={status} variant="plain" />}
        <span className={classes.quiet}>{draft ? null : <Doing message={{ campaign, recipient }} />}</span>
      </div>
      <div className={classes.reason}>
        {failure_code !== null && status !== 'sent' && (
          <>
            <span>{failureLabel(failure_code)}</span>
            {status === 'failed' && <span className={classes.quiet}>{failureTexts[failure_code as FailureCode]?.advice}</span>}
          </>
        )}
      </div>
      <div className={classes.act}>
        {act && (
          <Button component={Link} to={story} size="compact-sm" variant="default" aria-label={`${act}: ${campaign.name}`}>
            {act}
          </Button>
        )}
      </div>
    </li>
  );
}

function Doing({ message: { recipient } }: { message: PersonMessage }) {
  const { status, sent_at, failed_at, delivery, attempts } = recipient;
  const at = status === 'sent' ? sent_at : status === 'failed' ? failed_at : null;
  if (at) {
    return (
      <>
        <RelativeTime at={at} />
        {delivery && ` · ${delivery}`}
        {status === 'failed' && attempts > 1 && ` · ${attemptsText(attempts)} attempts`}
      </>
    );
  }
  const { text, due, over } = recipientWords(recipient);
  return (
    <>
      {text}
      {due && (
        <>
          {' '}
          <Countdown at={due} over={over} />
        </>
      )}
    </>
  );
}
