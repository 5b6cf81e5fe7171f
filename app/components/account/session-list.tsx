import { IconDeviceDesktop } from '@tabler/icons-react';
import type { SessionJson } from '#app/domain/access/session.ts';
import { RelativeTime } from '../relative-time.tsx';
import { ActButton } from '../settings/act-button.tsx';
import classes from '../settings/settings.module.css';
import { StateMark } from '../settings/state-mark.tsx';

/** Where somebody is signed in. */
export function SessionList({ sessions }: { sessions: SessionJson[] }) {
  return (
    <ul className={classes.list} aria-label="Sessions">
      {sessions.map(({ id, device, address, began_at, used_at, here }) => (
        <li key={id} className={classes.row}>
          <div className={classes.rowWords}>
            <span className={`name ${classes.title}`}>{device}</span>
            <span className={classes.detail}>
              {address ?? 'Address not known'} · <RelativeTime at={began_at} prefix="signed in" /> ·{' '}
              <RelativeTime at={used_at} prefix="last used" />
            </span>
          </div>
          <div className={classes.rowEnd}>
            {here ? (
              <StateMark tone="green" icon={IconDeviceDesktop}>
                This browser
              </StateMark>
            ) : (
              <ActButton label="End" name={`${device}, ${address ?? 'address not known'}`} fields={{ intent: 'end', id }} />
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
