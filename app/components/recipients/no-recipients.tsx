import { Button } from '@mantine/core';
import { Link } from '@remix-run/react';
import { IconChecks, IconSearchOff } from '@tabler/icons-react';
import { type CampaignJson, hasEnded } from '#app/domain/campaigns/campaign.ts';
import { type LedgerFilter, type LedgerTab, ledgerSearch } from '#app/domain/recipients/ledger-filter.ts';
import { EmptyState } from '../empty-state.tsx';

/** Why a list is empty while the campaign runs, and what that means. */
const running: Partial<Record<LedgerTab, [title: string, why: string]>> = {
  waiting: ['Nobody is waiting', 'Every recipient has been tried at least once.'],
  sending: ['Nothing is on the way right now', 'Messages pass through here in a fraction of a second.'],
  retrying: ['Nobody is being retried', 'Whoever is refused for now comes here and is tried again after 2, 4 and 8 seconds.'],
  unknown: ['No outcome is unknown', 'A recipient comes here when the provider’s answer was lost on its way.'],
  sent: ['Nobody was sent to yet', 'Recipients come here as soon as the provider accepts their message.'],
  failed: ['Nobody failed', 'Recipients that could not be reached would be here, each with its reason.'],
};

/** An empty list says whether that is good, or how to see more. */
export function NoRecipients({ filter, campaign, path }: { filter: LedgerFilter; campaign: CampaignJson; path: string }) {
  const { tab, code, q } = filter;
  if (q !== '' || code || filter.trail.length > 0) {
    return (
      <EmptyState
        icon={IconSearchOff}
        size="inset"
        title="No recipient matches"
        actions={
          <Button component={Link} to={path} preventScrollReset variant="default">
            Show all recipients
          </Button>
        }
      >
        {q !== '' ? (
          <>
            Nobody{tab === 'all' ? '' : ' with this status'} has an {campaign.channel === 'email' ? 'address' : 'number'} that begins with “
            <bdi>{q}</bdi>”.
            {(tab !== 'all' || code) && (
              <>
                {' '}
                <Link to={{ pathname: path, search: ledgerSearch({ ...filter, tab: 'all', code: null, trail: [] }) }} preventScrollReset>
                  Search in all statuses
                </Link>
                .
              </>
            )}
          </>
        ) : (
          'Nobody is here any more. The list may have changed since.'
        )}
      </EmptyState>
    );
  }
  const [title, why] = (!hasEnded(campaign.status) && running[tab]) || [
    tab === 'failed' ? 'Nobody failed' : 'Nobody here',
    tab === 'failed' ? 'The provider took every message.' : 'No recipient has this status.',
  ];
  return (
    <EmptyState icon={IconChecks} size="inset" title={title}>
      {why}
    </EmptyState>
  );
}
