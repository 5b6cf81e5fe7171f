import { Button } from '@mantine/core';
import { Link } from '@remix-run/react';
import { useState } from 'react';
import { may } from '#app/domain/access/roles.ts';
import { type FailureCode, failureLabel, failureTexts } from '#app/domain/failures.ts';
import type { PersonMessage, SuppressedAddress } from '#app/domain/people/person.ts';
import { cameBack } from '#app/domain/recipients/recipient-retry.ts';
import { attemptsText, recipientWords } from '#app/domain/recipients/recipient-words.ts';
import { Countdown } from '../countdown.tsx';
import { PageLink } from '../page-link.tsx';
import { RecipientActions } from '../recipient-actions/recipient-actions.tsx';
import { rowAct } from '../recipient-actions/row-act.ts';
import { RelativeTime } from '../relative-time.tsx';
import { CampaignStatusBadge, RecipientStatusBadge } from '../status-badge.tsx';
import { useViewer } from '../use-viewer.ts';
import classes from './people.module.css';

interface Props {
  message: PersonMessage;
  /** Nobody sends to their address of now. */
  suppressed: SuppressedAddress | null;
  /** Why it cannot be sent to them again; undefined where it can, or where nothing is to be done. */
  closed: string | undefined;
}

/**
 * One message: in which campaign, what became of it, why, and what to do. The row leads to its story; the act is done in place, so that support
 * stays with the person.
 */
export function PersonMessageRow({ message, suppressed, closed }: Props) {
  const { campaign, recipient } = message;
  const mayRetry = may(useViewer(), 'recipients:retry');
  const [open, setOpen] = useState(false);
  const draft = campaign.status === 'DRAFT';
  const story = draft ? `/campaigns/${campaign.id}/edit` : `/campaigns/${campaign.id}/recipients/${recipient.id}`;
  const act = mayRetry && !closed ? rowAct(recipient, campaign.status === 'CANCELLED') : null;
  const { status, failure_code, delivery } = recipient;
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
        {message.matched?.map(({ name, value }) => (
          <span key={name} className={classes.quiet}>
            {name}: <bdi className="name">{value}</bdi>
          </span>
        ))}
      </div>
      <div className={classes.state}>
        {draft ? <span className={classes.quiet}>Not sent yet</span> : <RecipientStatusBadge status={status} variant="plain" />}
        <span className={classes.quiet}>{draft ? null : <Doing message={message} />}</span>
      </div>
      <div className={classes.reason}>
        {failure_code !== null && (status !== 'sent' || cameBack(delivery)) && (
          <>
            <span>{failureLabel(failure_code)}</span>
            {status === 'failed' && <span className={classes.quiet}>{failureTexts[failure_code as FailureCode]?.advice}</span>}
          </>
        )}
        {failure_code === null && status === 'sent' && cameBack(delivery) && (
          <>
            <span>{delivery === 'bounced' ? 'The receiving side sent it back' : 'It was dropped on the way'}</span>
            {!closed && (
              <span className={classes.quiet}>Send it again to another {campaign.channel === 'email' ? 'address' : 'number'}.</span>
            )}
          </>
        )}
        {closed && mayRetry && <span className={classes.quiet}>{closed}</span>}
      </div>
      <div className={classes.act}>
        {act && (
          <Button
            component={Link}
            to={story}
            size="compact-sm"
            variant="default"
            aria-label={`${act}: ${campaign.name}`}
            aria-expanded={open}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey) return;
              event.preventDefault();
              setOpen(!open);
            }}
          >
            {act}
          </Button>
        )}
      </div>
      {open && act && (
        <div className={classes.doing}>
          <RecipientActions
            recipient={recipient}
            campaign={campaign}
            suppressed={suppressed}
            closed={null}
            action={story}
            answer={undefined}
          />
        </div>
      )}
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
