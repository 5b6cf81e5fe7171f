import { IconCircleCheck, IconCircleX, IconCopy } from '@tabler/icons-react';
import { Count } from '../number.tsx';
import classes from './contacts.module.css';

interface Props {
  accepted: number;
  duplicates: number;
  rejected: number;
}

export function ImportCounts({ accepted, duplicates, rejected }: Props) {
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
      {rejected > 0 && (
        <li style={{ color: 'var(--tone-red-fg)' }}>
          <IconCircleX size={15} aria-hidden /> <Count value={rejected} /> rejected
        </li>
      )}
    </ul>
  );
}
