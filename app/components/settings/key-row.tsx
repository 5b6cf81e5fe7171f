import { IconBan, IconCheck, IconClockExclamation, IconClockX } from '@tabler/icons-react';
import type { ApiKeyJson, KeyState } from '#app/domain/access/api-key.ts';
import { roleLabels, scopeTexts } from '#app/domain/access/roles.ts';
import { RelativeTime } from '../relative-time.tsx';
import { ConfirmButton } from './confirm-button.tsx';
import { RenameButton } from './rename-button.tsx';
import classes from './settings.module.css';
import { StateMark } from './state-mark.tsx';

const marks: Record<KeyState, { tone: 'green' | 'amber' | 'gray'; icon: typeof IconBan; label: string }> = {
  open: { tone: 'green', icon: IconCheck, label: 'In use' },
  ending: { tone: 'amber', icon: IconClockExclamation, label: 'Ends soon' },
  expired: { tone: 'gray', icon: IconClockX, label: 'Expired' },
  revoked: { tone: 'gray', icon: IconBan, label: 'Revoked' },
};

/** One key: whose it is, what it may, for how long, and when it was used from where. */
export function KeyRow({ apiKey }: { apiKey: ApiKeyJson }) {
  const { id, name, state, created_by, created_at, owner, expires_at, last_used_at, last_used_address } = apiKey;
  const over = state === 'revoked' || state === 'expired';
  const mark = state === 'open' && !last_used_at ? null : marks[state];
  return (
    <li className={classes.row} data-quiet={over || undefined}>
      <div className={classes.rowWords}>
        <span className={`name ${classes.title}`} dir="auto">
          {name}
        </span>
        <span className={classes.detail}>{mayText(apiKey)}</span>
        <span className={classes.detail}>
          {expires_at ? <RelativeTime at={expires_at} prefix={state === 'expired' ? 'Ended' : 'Ends'} /> : 'No end'} ·{' '}
          {last_used_at ? <RelativeTime at={last_used_at} prefix="last used" /> : 'never used'}
          {last_used_at && last_used_address && (
            <>
              {' '}
              from <span translate="no">{last_used_address}</span>
            </>
          )}
        </span>
        <span className={classes.detail}>
          <RelativeTime at={created_at} prefix="Made" />
          {created_by && <span className="name"> by {created_by}</span>}
          {owner && owner.name !== created_by && <span className="name"> · belongs to {owner.name}</span>}
        </span>
      </div>
      <div className={classes.rowEnd}>
        {mark && (
          <StateMark tone={mark.tone} icon={mark.icon}>
            {mark.label}
          </StateMark>
        )}
        {!over && (
          <>
            <RenameButton what="key" name={name} id={String(id)} />
            <ConfirmButton
              label="Revoke"
              name={name}
              question="Revoke this key?"
              confirm="Revoke the key"
              fields={{ intent: 'revoke', id: String(id) }}
            >
              Programs that use <span className="name">{name}</span> are refused from then on. This cannot be undone.
            </ConfirmButton>
          </>
        )}
      </div>
    </li>
  );
}

function mayText({ role, scopes, campaign, channel, owner }: ApiKeyJson): string {
  const may = scopes ? scopes.map((scope) => scopeTexts[scope].label).join(', ') : `All that the role ${roleLabels[role]} may`;
  const where = campaign
    ? `campaign ${campaign.name ?? 'that is deleted'} (${campaign.id})`
    : channel
      ? `${channel === 'sms' ? 'SMS' : 'email'} campaigns`
      : null;
  const less = owner && owner.role !== role ? `no more than ${roleLabels[owner.role]}, the role of its owner` : null;
  return [may, where && `only ${where}`, less].filter(Boolean).join(' · ');
}
