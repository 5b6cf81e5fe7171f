import { Button, Text, Title } from '@mantine/core';
import { Link } from '@remix-run/react';
import { IconShieldOff } from '@tabler/icons-react';
import type { Person, SuppressedAddress } from '#app/domain/people/person.ts';
import { reasonTexts } from '#app/domain/suppressions/suppression.ts';
import { ChannelMark } from '../channel-mark.tsx';
import { useNumbers } from '../number.tsx';
import { RelativeTime } from '../relative-time.tsx';
import { NeverSend } from './never-send.tsx';
import classes from './people.module.css';
import { PersonMessageRow } from './person-message-row.tsx';

interface Props {
  people: Person[];
  /** The search part of this page's own URL, without a cursor. */
  search: URLSearchParams;
  /** By recipient: why it cannot be sent to them again. */
  closed: Record<number, string>;
  /** The next page's cursor. */
  next: string | null;
  /** Is this not the first page? */
  later: boolean;
  searching: boolean;
}

/** A card for each person: who, whether they may be sent to at all, and their messages, the newest first. */
export function PeopleList({ people, search, closed, next, later, searching }: Props) {
  const pageLink = (cursor: string | null) =>
    `/people?${new URLSearchParams({ ...Object.fromEntries(search), ...(cursor && { cursor }) })}`;
  return (
    <div className={classes.people} aria-busy={searching} data-searching={searching || undefined}>
      {people.map((person) => (
        <PersonCard key={person.address} person={person} closed={closed} />
      ))}
      {(next || later) && (
        <nav className={classes.pages} aria-label="Pages">
          {later && (
            <Button component={Link} to={pageLink(null)} variant="default">
              First
            </Button>
          )}
          {next && (
            <Button component={Link} to={pageLink(next)} variant="default">
              More
            </Button>
          )}
        </nav>
      )}
    </div>
  );
}

function PersonCard({ person: { address, channel, messages, suppressed }, closed }: { person: Person; closed: Props['closed'] }) {
  const { counted } = useNumbers();
  return (
    <section className={classes.person} aria-label={address}>
      <header className={classes.who}>
        <span className={classes.channel}>
          <ChannelMark channel={channel} />
        </span>
        <div className={classes.whoWords}>
          <Title order={2} className={`name ${classes.address}`} dir="auto">
            {address}
          </Title>
          <Text size="xs" c="dimmed" suppressHydrationWarning>
            {counted(messages.length, 'message', 'messages')}
          </Text>
        </div>
        {!suppressed && <NeverSend address={address} />}
      </header>
      {suppressed && <Suppressed suppressed={suppressed} />}
      <ul className={classes.messages}>
        {messages.map((message) => (
          <PersonMessageRow key={message.recipient.id} message={message} suppressed={suppressed} closed={closed[message.recipient.id]} />
        ))}
      </ul>
    </section>
  );
}

/** All that stand: taking one off leaves the others. */
function Suppressed({ suppressed: { reasons, address } }: { suppressed: SuppressedAddress }) {
  return (
    <p className={classes.suppressed}>
      <IconShieldOff size={17} stroke={1.8} aria-hidden />
      <span>
        <strong>Never sent to</strong>
        {reasons.map(({ reason, source, created_at, created_by }) => (
          <span key={`${reason} ${source}`} className={classes.why}>
            {reasonTexts[reason].label}
            {created_by !== null && ` by ${created_by}`}. {reasonTexts[reason].meaning}{' '}
            <span className={classes.quiet}>
              <RelativeTime at={created_at} prefix="Added" />
            </span>
          </span>
        ))}
        <Link to={`/suppressions?q=${encodeURIComponent(address)}`}>See it on the suppression list</Link>
      </span>
    </p>
  );
}
