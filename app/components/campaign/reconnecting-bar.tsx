import { IconClockPause, IconPlugConnectedX } from '@tabler/icons-react';
import { useRefused } from '#app/realtime/socket-client.ts';
import { ClockTime } from '../relative-time.tsx';
import classes from './reconnecting-bar.module.css';

/**
 * Quiet, but always in sight: the numbers below stand still, before the first connection (and without scripts) as while it is lost.
 * @param asOf ms on the server's clock
 */
export function ReconnectingBar({ asOf, lost }: { asOf: number; lost: boolean }) {
  const refused = useRefused();
  return (
    <div className={classes.root} role="status" data-lost={lost || undefined}>
      {lost ? <IconPlugConnectedX size={16} stroke={1.8} aria-hidden /> : <IconClockPause size={16} stroke={1.8} aria-hidden />}
      <span>
        {/* Of its own, so that a translated page shows which of the two it is. */}
        <span key={`${lost} ${refused}`}>{lost && !refused ? 'Reconnecting, numbers' : 'Numbers'}</span> as of{' '}
        <ClockTime at={new Date(asOf).toISOString()} />
      </span>
    </div>
  );
}
