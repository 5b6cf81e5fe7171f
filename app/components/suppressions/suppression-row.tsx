import { Tooltip } from '@mantine/core';
import { Link } from '@remix-run/react';
import { reasonTexts, type SuppressionJson, type SuppressionReason } from '#app/domain/suppressions/suppression.ts';
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
  /** Of the campaign that it came from. */
  campaign: string | null;
  mayWrite: boolean;
}

/** Who it is, why, and where it came from. */
export function SuppressionRow({
  row: { channel, address, reason, campaign_id, recipient_id, created_at, created_by },
  campaign,
  mayWrite,
}: Props) {
  return (
    <li className={`${settings.row} ${classes.row}`}>
      <span className={classes.channel}>
        <ChannelMark channel={channel} />
      </span>
      <div className={settings.rowWords}>
        <span className={`name ${settings.title}`} dir="auto">
          {address}
        </span>
        <span className={settings.detail}>
          <Tooltip label={reasonTexts[reason].meaning}>
            <span className={classes.reason}>{reasonTexts[reason].label}</span>
          </Tooltip>
          {campaign_id !== null && (
            <>
              {' · from '}
              <Link to={`/campaigns/${campaign_id}/recipients/${recipient_id}`} className={`name ${classes.source}`} dir="auto">
                {campaign ?? `campaign ${campaign_id}`}
              </Link>
            </>
          )}
          {created_by !== null && (
            <>
              {' · by '}
              <span className="name" dir="auto">
                {created_by}
              </span>
            </>
          )}
          {' · '}
          <RelativeTime at={created_at} />
        </span>
      </div>
      {mayWrite && (
        <div className={settings.rowEnd}>
          <ConfirmButton
            label="Remove"
            name={address}
            question="Take it off the list?"
            confirm="Send to it again"
            fields={{ intent: 'remove', channel, address }}
          >
            Campaigns send to <strong className="name">{address}</strong> again from then on. {warnings[reason]}
          </ConfirmButton>
        </div>
      )}
    </li>
  );
}
