import { IconPlugConnectedX } from '@tabler/icons-react';
import { ClockTime } from '../relative-time.tsx';
import classes from './reconnecting-bar.module.css';

/** Quiet, but always in sight: the numbers below stand still. @param asOf ms on the server's clock */
export function ReconnectingBar({ asOf }: { asOf: number }) {
  return (
    <div className={classes.root} role="status">
      <IconPlugConnectedX size={16} stroke={1.8} aria-hidden />
      <span>
        Reconnecting, numbers as of <ClockTime at={new Date(asOf).toISOString()} />
      </span>
    </div>
  );
}
