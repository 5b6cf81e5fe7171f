import { Checkbox } from '@mantine/core';
import { Link } from '@remix-run/react';
import { NOT_TRIED, type RetryReason } from '#app/domain/campaigns/retry-rules.ts';
import { type FailureCode, failureTexts } from '#app/domain/failures.ts';
import { ledgerSearch, wholeLedger } from '#app/domain/recipients/ledger-filter.ts';
import { Count } from '../number.tsx';
import classes from './retry.module.css';

interface Props {
  reason: RetryReason;
  path: string;
  checked: boolean;
  /** Null where there is no choice. */
  onChange: ((on: boolean) => void) | null;
}

/** One reason with how many it concerns, what it means, and the way to those recipients. */
export function ReasonChoice({ reason: { code, label, count }, path, checked, onChange }: Props) {
  const notTried = code === NOT_TRIED;
  const advice = notTried
    ? 'Sending stopped before they were done. They are part of every retry round.'
    : (failureTexts[code as FailureCode]?.advice ?? code);
  return (
    <li className={classes.reason}>
      <Checkbox
        name="codes"
        value={code}
        label={label}
        description={advice}
        checked={checked}
        disabled={onChange === null}
        onChange={(event) => onChange?.(event.currentTarget.checked)}
        classNames={{ root: classes.check, label: classes.checkLabel }}
      />
      <span className={classes.number}>
        <Count value={count} />
        <Link
          to={{
            pathname: path,
            search: ledgerSearch({ ...wholeLedger, tab: notTried ? 'waiting' : 'failed', code: notTried ? null : code }),
            hash: '#recipients',
          }}
          aria-label={`See them: ${label}`}
        >
          See them
        </Link>
      </span>
    </li>
  );
}
