import { IconMail, IconMailX } from '@tabler/icons-react';
import type { Invitation } from '#app/domain/access/access-link.ts';
import { roleLabels } from '#app/domain/access/roles.ts';
import { RelativeTime } from '../relative-time.tsx';
import { ConfirmButton } from './confirm-button.tsx';
import { LinkButtons } from './link-buttons.tsx';
import classes from './settings.module.css';
import { StateMark } from './state-mark.tsx';

/** Somebody who was invited and has not chosen a password yet. */
export function InvitationRow({ invitation, mails }: { invitation: Invitation; mails: boolean }) {
  const { id, name, email, role, created_by, created_at, expires_at, expired } = invitation;
  return (
    <li className={classes.row} data-quiet={expired || undefined}>
      <div className={classes.rowWords}>
        <span className={`name ${classes.title}`} dir="auto">
          {name}
        </span>
        <span className={classes.detail}>{email}</span>
        <span className={classes.detail}>
          {roleLabels[role]} · <RelativeTime at={created_at} prefix="invited" />
          {created_by && <span className="name"> by {created_by}</span>} ·{' '}
          <RelativeTime at={expires_at} prefix={expired ? 'the link ended' : 'the link ends'} />
        </span>
      </div>
      <div className={classes.rowEnd}>
        <StateMark tone={expired ? 'gray' : 'amber'} icon={expired ? IconMailX : IconMail}>
          {expired ? 'Invitation ended' : 'Invited'}
        </StateMark>
        <LinkButtons name={name} fields={{ intent: 'renew', id: String(id) }} mails={mails} copy="New link" />
        <ConfirmButton
          label="Take back"
          name={name}
          question="Take this invitation back?"
          confirm="Take it back"
          fields={{ intent: 'revoke', id: String(id) }}
        >
          The link that <span className="name">{name}</span> has opens nothing from then on.
        </ConfirmButton>
      </div>
    </li>
  );
}
