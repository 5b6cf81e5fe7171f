import { Tooltip } from '@mantine/core';
import { Link } from '@remix-run/react';
import {
  reasonTexts,
  type SuppressionJson,
  type SuppressionReason,
  type SuppressionReasonJson,
} from '#app/domain/suppressions/suppression.ts';
import { ChannelMark } from '../channel-mark.tsx';
import { RelativeTime } from '../relative-time.tsx';
import { ConfirmButton } from '../settings/confirm-button.tsx';
import settings from '../settings/settings.module.css';
import classes from './suppressions.module.css';

/** What taking somebody off means, where there is more to it than an address. */
const warnings: Partial<Record<SuppressionReason, string>> = {
  unsubscribe: 'They asked not to be written to. Do this only if they asked to be back.',
  stop: 'They answered STOP, so the carrier refuses messages until they answer START, whatever this list says.',
  hard_bounce: 'Mail for it came back. If the address does not work by now, it comes back again and harms the sender’s reputation.',
  complaint: 'They reported a message as spam. Do this only if they asked to be back.',
};

interface Props {
  row: SuppressionJson;
  /** Of the campaigns that the reasons came from. */
  campaigns: Record<number, string>;
  mayWrite: boolean;
}

/** Who it is, and each reason why, where it came from and since when. */
export function SuppressionRow({ row: { channel, address, reasons }, campaigns, mayWrite }: Props) {
  const several = reasons.length > 1;
  return (
    <li className={`${settings.row} ${classes.row}`}>
      <span className={classes.channel}>
        <ChannelMark channel={channel} />
      </span>
      <div className={settings.rowWords}>
        <span className={`name ${settings.title}`} dir="auto">
          {address}
        </span>
        <ul className={classes.reasons}>
          {reasons.map((one) => (
            <li key={`${one.reason} ${one.source}`} className={classes.reasonLine}>
              <Why reason={one} campaign={campaigns[one.campaign_id ?? 0] ?? null} />
              {mayWrite && (
                <ConfirmButton
                  label="Remove"
                  name={several ? `${address}: ${reasonTexts[one.reason].label}` : address}
                  question={several ? 'Take this reason off?' : 'Take it off the list?'}
                  confirm={several ? 'Take it off' : 'Send to it again'}
                  fields={{ intent: 'remove', channel, address, reason: one.reason, source: one.source }}
                >
                  {several ? (
                    <>
                      <strong className="name">{address}</strong> stays on the list for the other reasons.
                    </>
                  ) : (
                    <>
                      Campaigns send to <strong className="name">{address}</strong> again from then on.
                    </>
                  )}{' '}
                  {warnings[one.reason]}
                </ConfirmButton>
              )}
            </li>
          ))}
        </ul>
      </div>
    </li>
  );
}

function Why({ reason: one, campaign }: { reason: SuppressionReasonJson; campaign: string | null }) {
  return (
    <span className={settings.detail}>
      <Tooltip label={one.source === 'import' && one.reason === 'manual' ? 'A file brought it here.' : reasonTexts[one.reason].meaning}>
        <span className={classes.reason}>
          {one.source === 'import' && one.reason === 'manual' ? 'Imported' : reasonTexts[one.reason].label}
        </span>
      </Tooltip>
      {one.note !== null && (
        <>
          {': '}
          <q className="name" dir="auto">
            {one.note}
          </q>
        </>
      )}
      {one.campaign_id !== null && (
        <>
          {' · from '}
          <Link to={`/campaigns/${one.campaign_id}/recipients/${one.recipient_id}`} className={`name ${classes.source}`} dir="auto">
            {campaign ?? `campaign ${one.campaign_id}`}
          </Link>
        </>
      )}
      {one.created_by !== null && (
        <>
          {one.source === 'import' ? ' · from a file by ' : ' · by '}
          <span className="name" dir="auto">
            {one.created_by}
          </span>
        </>
      )}
      {one.source === 'sandbox' && ' · told by the provider sandbox'}
      {' · '}
      <RelativeTime at={one.created_at} />
    </span>
  );
}
