import { Link } from '@remix-run/react';
import { Fragment, memo } from 'react';
import { failureLabel } from '#app/domain/failures.ts';
import type { RecipientJson } from '#app/domain/recipients/recipient.ts';
import { attemptsText, recipientWords } from '#app/domain/recipients/recipient-words.ts';
import { Countdown } from '../countdown.tsx';
import { rowAct } from '../recipient-actions/row-act.ts';
import { ClockTime } from '../relative-time.tsx';
import { RecipientStatusBadge } from '../status-badge.tsx';
import { deliveryLooks, unsubscribedLook } from '../status-look.ts';
import classes from './recipients-table.module.css';

interface Props {
  row: RecipientJson;
  /** Where its story is. */
  to: string;
  /** Is its story open? */
  current: boolean;
  /** It changed and no longer belongs to the filter; it stays, faded, until the reader asks for the new list. */
  left: boolean;
  /** May the reader do something for single recipients? */
  mayAct: boolean;
  /** Can nobody of the campaign be sent to again any more? */
  closed: boolean;
}

/** One line of the ledger. Rendered again only when its own contents change. */
export const RecipientRow = memo(function RecipientRow({ row, to, current, left, mayAct, closed }: Props) {
  const act = mayAct ? rowAct(row, closed) : null;
  return (
    <tr className={classes.row} data-left={left || undefined} data-current={current || undefined} data-recipient={row.id}>
      <th scope="row" className={classes.address}>
        <Link to={to} preventScrollReset prefetch="none" className={`name ${classes.link}`} dir="auto" aria-current={current || undefined}>
          {row.address}
        </Link>
        {row.former_address !== undefined && (
          <span className={classes.former}>
            before <bdi className="name">{row.former_address}</bdi>
          </span>
        )}
      </th>
      <td className={classes.status} data-status={row.status}>
        <RecipientStatusBadge status={row.status} variant="plain" />
      </td>
      <td className={classes.doing}>
        <span>
          <RecipientDoing row={row} />
        </span>
      </td>
      <td className={classes.attempts}>
        {row.attempts > 0 && (
          <span>
            <span className={classes.attemptsWord}>attempt </span>
            {attemptsText(row.attempts)}
          </span>
        )}
      </td>
      <td className={classes.reason}>{row.failure_code && row.status !== 'sent' ? <span>{failureLabel(row.failure_code)}</span> : null}</td>
      <td className={classes.act}>
        {act && (
          <Link to={to} preventScrollReset prefetch="none" aria-label={`${act}: ${row.address}`}>
            {act}
          </Link>
        )}
      </td>
    </tr>
  );
});

/** What came of the message after it was taken, as loud as it is good or bad. */
function WhatCame({ row: { delivery, complained_at, unsubscribed_at } }: { row: RecipientJson }) {
  const told = [...(delivery ? [delivery] : []), ...(complained_at && delivery !== 'complained' ? (['complained'] as const) : [])];
  const looks = [...told.map((what) => deliveryLooks[what]), ...(unsubscribed_at ? [unsubscribedLook] : [])];
  return looks.map(({ label, tone, icon: Icon }) => (
    <Fragment key={label}>
      {' '}
      <span className={classes.came} style={tone === 'green' ? undefined : { color: `var(--tone-${tone}-fg)` }}>
        {'· '}
        {tone !== 'green' && <Icon size={13} stroke={2} aria-hidden />}
        {label.toLowerCase()}
      </span>
    </Fragment>
  ));
}

/** "Retry 2 of 3 in 3 s", "14:03:22 · delivered": what is going on, in the words of the status. */
function RecipientDoing({ row }: { row: RecipientJson }) {
  const { text, due, over } = recipientWords(row);
  const at = row.status === 'sent' ? row.sent_at : row.status === 'failed' ? row.failed_at : null;
  if (at) {
    return (
      <>
        <ClockTime at={at} />
        <WhatCame row={row} />
      </>
    );
  }
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
