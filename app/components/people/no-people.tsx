import { Anchor } from '@mantine/core';
import { Link } from '@remix-run/react';
import { IconUserQuestion, IconUserSearch } from '@tabler/icons-react';
import { EmptyState } from '../empty-state.tsx';

/** Before the first search, and where nobody was found. `only`: what did not arrive. */
export function NoPeople({ q, only }: { q: string; only: boolean }) {
  if (q === '') {
    return (
      <EmptyState icon={IconUserSearch} title="Who are you looking for?">
        Type an email address or a phone number, as the person writes it: with spaces, a leading zero or a country code. Its beginning is
        enough. A name, the last digits of a number or a provider’s message id will do, too. You see what they were sent, what became of it
        and why, and can correct an address and send again.
      </EmptyState>
    );
  }
  if (only) {
    return (
      <EmptyState icon={IconUserQuestion} title="Nothing that did not arrive">
        No message to “<bdi>{q}</bdi>” failed or came back.{' '}
        <Anchor underline="always" component={Link} to={`/people?${new URLSearchParams({ q })}`}>
          Look at all of their messages
        </Anchor>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={IconUserQuestion} title="Nobody found">
      No campaign has a recipient whose address or number begins with “<bdi>{q}</bdi>”, or who has it in a name, another column or as a
      number’s last digits. Look for a typing mistake, try only the first letters, or search for a number with its country code. Who was
      never sent to may still be on the{' '}
      <Anchor underline="always" component={Link} to={`/suppressions?${new URLSearchParams({ q })}`}>
        suppression list
      </Anchor>
      .
    </EmptyState>
  );
}
