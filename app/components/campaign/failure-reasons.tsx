import { Text, Title } from '@mantine/core';
import { Link } from '@remix-run/react';
import { IconUserCheck } from '@tabler/icons-react';
import { type FailureCode, type FailureReason, failureTexts } from '#app/domain/failures.ts';
import { ledgerSearch, wholeLedger } from '#app/domain/recipients/ledger-filter.ts';
import { useNumbers } from '../number.tsx';
import classes from './failure-reasons.module.css';

interface Props {
  reasons: FailureReason[];
  /** Of the campaign that the recipients are in; null over several. */
  path: string | null;
  /** What is said where there are none. */
  none: string;
  /** How many failed, as the counters beside it say: they may be newer than the reasons, and both must add up. */
  failed?: number;
}

/** Why recipients failed, largest first, each with its share of the failures, what to do, and the way to the recipients. */
export function FailureReasons({ reasons: read, path, none, failed }: Props) {
  const { count, counted } = useNumbers();
  const explained = read.reduce((sum, reason) => sum + reason.count, 0);
  const all = failed ?? explained;
  // A retry took some of them back since: what is known is about a time that has passed.
  const reasons = explained > all ? [] : read;
  return (
    <section className={classes.root} aria-labelledby="failure-reasons">
      <Title order={2} id="failure-reasons" className={classes.title}>
        Why recipients failed
      </Title>
      {reasons.length === 0 ? (
        <div className={classes.empty}>
          <IconUserCheck size={20} stroke={1.6} aria-hidden />
          <Text size="sm" c="dimmed">
            {none}
          </Text>
        </div>
      ) : (
        <ul className={classes.list}>
          {reasons.map(({ code, label, count: n, campaigns }) => (
            <li key={code} className={classes.reason}>
              <div className={classes.words}>
                <span className={classes.label}>{label}</span>
                <span className={classes.advice}>{code in failureTexts ? failureTexts[code as FailureCode].advice : code}</span>
              </div>
              <strong className={classes.count} translate="no" suppressHydrationWarning>
                {count(n)}
              </strong>
              {path !== null && (
                <Link
                  className={classes.see}
                  to={{ pathname: path, search: ledgerSearch({ ...wholeLedger, tab: 'failed', code }), hash: '#recipients' }}
                  aria-label={`See them: ${label}`}
                >
                  See them
                </Link>
              )}
              <span className={classes.track} aria-hidden>
                <span className={classes.share} style={{ width: `${(n / all) * 100}%` }} />
              </span>
              {campaigns && campaigns.length > 0 && (
                <details className={classes.where}>
                  <summary>{campaigns.length === 1 ? 'In one campaign' : 'In which campaigns'}</summary>
                  <ul>
                    {campaigns.map(({ id, name, count: here }) => (
                      <li key={id}>
                        <Link
                          to={{
                            pathname: `/campaigns/${id}`,
                            search: ledgerSearch({ ...wholeLedger, tab: 'failed', code }),
                            hash: '#recipients',
                          }}
                        >
                          {name}
                        </Link>
                        <span translate="no" suppressHydrationWarning>
                          {count(here)}
                        </span>
                      </li>
                    ))}
                  </ul>
                </details>
              )}
            </li>
          ))}
        </ul>
      )}
      {reasons.length > 0 && explained < all && (
        <p className={classes.rest} translate="no" suppressHydrationWarning>
          The {counted(all - explained, 'reason', 'reasons')} of the latest failures {all - explained === 1 ? 'appears' : 'appear'} here in
          a moment.
        </p>
      )}
    </section>
  );
}
