import { IconCircleCheck, IconCircleX, IconCopy, IconUserOff } from '@tabler/icons-react';
import { Count } from '../number.tsx';
import classes from './contacts.module.css';

interface Props {
  accepted: number;
  duplicates: number;
  rejected: number;
  /** Of `rejected`: those whose status in the file says so. */
  left_out: number;
}

export function ImportCounts({ accepted, duplicates, rejected, left_out }: Props) {
  return (
    <ul className={classes.counts}>
      <li style={{ color: 'var(--tone-green-fg)' }}>
        <IconCircleCheck size={15} aria-hidden /> <Count value={accepted} /> accepted
      </li>
      {duplicates > 0 && (
        <li>
          <IconCopy size={15} aria-hidden /> <Count value={duplicates} /> {duplicates === 1 ? 'duplicate' : 'duplicates'}
        </li>
      )}
      {left_out > 0 && (
        <li>
          <IconUserOff size={15} aria-hidden /> <Count value={left_out} /> left out
        </li>
      )}
      {rejected > left_out && (
        <li style={{ color: 'var(--tone-red-fg)' }}>
          <IconCircleX size={15} aria-hidden /> <Count value={rejected - left_out} /> rejected
        </li>
      )}
    </ul>
  );
}
