import { IconUserQuestion, IconUserSearch } from '@tabler/icons-react';
import { EmptyState } from '../empty-state.tsx';

/** Before the first search, and where nobody was found. */
export function NoPeople({ q }: { q: string }) {
  if (q === '') {
    return (
      <EmptyState icon={IconUserSearch} title="Who are you looking for?">
        Type an email address or a phone number, as the person writes it: with spaces, a leading zero or a country code. Its beginning is
        enough. You see what they were sent, what became of it and why, and can correct an address and send again.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={IconUserQuestion} title="Nobody found">
      No campaign has a recipient that begins with “<bdi>{q}</bdi>”. Look for a typing mistake, try only the first letters, or search for a
      number with its country code.
    </EmptyState>
  );
}
