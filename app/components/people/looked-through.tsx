import { Anchor } from '@mantine/core';
import { Link } from '@remix-run/react';
import type { PeoplePage } from '#app/domain/people/person.ts';
import { useNumbers } from '../number.tsx';
import classes from './people.module.css';

interface Props {
  q: string;
  lookedThrough: PeoplePage['looked_through'];
  /** How to look by details, where that was not done; null where the text is too short for it. */
  byDetails: string | null;
}

/** How far a search by names has looked, or the way to one. */
export function LookedThrough({ q, lookedThrough, byDetails }: Props) {
  const { counted } = useNumbers();
  if (lookedThrough) {
    const { recipients, all } = lookedThrough;
    return (
      <p className={classes.note} suppressHydrationWarning>
        No address or number begins with “<bdi>{q}</bdi>”, so names, other columns and the last digits of numbers were looked through
        {all ? '.' : `: about ${counted(recipients, 'recipient', 'recipients')} so far, the newest first. “More” goes on.`}
      </p>
    );
  }
  if (byDetails === null) return null;
  return (
    <p className={classes.note}>
      <Anchor underline="always" component={Link} to={byDetails} size="sm">
        Look for “<bdi>{q}</bdi>” in names, other columns and the last digits of numbers, too
      </Anchor>
    </p>
  );
}
