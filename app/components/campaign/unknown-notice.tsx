import { Button } from '@mantine/core';
import { Link } from '@remix-run/react';
import { type CampaignJson, hasEnded } from '#app/domain/campaigns/campaign.ts';
import { ledgerSearch, wholeLedger } from '#app/domain/recipients/ledger-filter.ts';
import { useNumbers } from '../number.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import { providerNames } from './channel-words.ts';

/** After the end, recipients whose outcome nobody knows wait for a person: what that means, and the way to them. */
export function UnknownNotice({ campaign, path }: { campaign: CampaignJson; path: string }) {
  const { counted } = useNumbers();
  const { status, unknown, channel } = campaign;
  if (!hasEnded(status) || unknown === 0) return null;
  const who = counted(unknown, 'recipient', 'recipients');
  return (
    <ProblemAlert
      kind="info"
      title={`${counted(unknown, 'outcome is', 'outcomes are')} unknown`}
      actions={
        <Button
          component={Link}
          to={{ pathname: path, search: ledgerSearch({ ...wholeLedger, tab: 'unknown' }), hash: '#recipients' }}
          variant="default"
          size="compact-sm"
        >
          See the {who}
        </Button>
      }
    >
      {providerNames[channel]} never said whether it took {unknown === 1 ? 'this message' : 'these messages'}. Sending again could deliver
      twice, so a person decides for each: it arrived, it did not, or send it again.
    </ProblemAlert>
  );
}
