import { Link } from '@remix-run/react';
import type { SuppressedAddress } from '#app/domain/people/person.ts';
import { reasonTexts } from '#app/domain/suppressions/suppression.ts';
import { RelativeTime } from '../relative-time.tsx';
import classes from './recipient-story.module.css';

/** Why nobody sends to the address (any more), and since when. */
export function NeverSentTo({ suppressed, address }: { suppressed: SuppressedAddress; address: string }) {
  return (
    <section className={classes.never} aria-label="Never sent to">
      <p className={classes.stateTitle}>Never sent to</p>
      <ul className={classes.reasons}>
        {suppressed.reasons.map(({ reason, source, created_at, created_by }) => (
          <li key={`${reason} ${source}`}>
            {reasonTexts[reason].label}
            {created_by !== null && ` by ${created_by}`} <RelativeTime at={created_at} />. {reasonTexts[reason].meaning}
          </li>
        ))}
      </ul>
      <Link to={`/suppressions?q=${encodeURIComponent(address)}`}>See it on the suppression list</Link>
    </section>
  );
}
