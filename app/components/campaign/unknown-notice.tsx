import { Button } from '@mantine/core';
import { Link } from '@remix-run/react';
import { may } from '#app/domain/access/roles.ts';
import { type CampaignJson, hasEnded } from '#app/domain/campaigns/campaign.ts';
import { OUTCOME_UNKNOWN } from '#app/domain/campaigns/retry-rules.ts';
import type { FailureReason } from '#app/domain/failures.ts';
import { ledgerSearch, wholeLedger } from '#app/domain/recipients/ledger-filter.ts';
import { providerNames } from '../channel-words.ts';
import { useNumbers } from '../number.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import { useViewer } from '../use-viewer.ts';
import { DecideAll } from './decide-all.tsx';

interface Props {
  campaign: CampaignJson;
  reasons: readonly FailureReason[];
  path: string;
}

/**
 * After the end, recipients whose outcome nobody knows: those that wait for a person, and those that were given up as unknown. What that means,
 * the way to them, and one decision for all.
 */
export function UnknownNotice({ campaign, reasons, path }: Props) {
  const { counted } = useNumbers();
  const { status, unknown, channel } = campaign;
  const givenUp = reasons.find(({ code }) => code === OUTCOME_UNKNOWN)?.count ?? 0;
  const all = unknown + givenUp;
  if (!hasEnded(status) || all === 0) return null;
  return (
    <ProblemAlert
      kind="info"
      title={`${counted(all, 'outcome is', 'outcomes are')} unknown`}
      actions={<UnknownActions campaign={campaign} givenUp={givenUp} path={path} />}
    >
      {providerNames[channel]} never said whether it took {all === 1 ? 'this message' : 'these messages'}. Sending again could deliver
      twice, so a person decides: it arrived, it did not, or send it again.
      {givenUp > 0 && ` Until then ${givenUp === all ? (all === 1 ? 'it counts' : 'they count') : `${givenUp} of them count`} as failed.`}
    </ProblemAlert>
  );
}

/** One decision for all whose outcome nobody knows, and the way to them. */
export function UnknownActions({ campaign, givenUp = 0, path }: { campaign: CampaignJson; givenUp?: number; path: string }) {
  const { counted } = useNumbers();
  const viewer = useViewer();
  const { id, status, unknown, channel } = campaign;
  const all = unknown + givenUp;
  const filter = unknown > 0 ? { tab: 'unknown' as const } : { tab: 'failed' as const, code: OUTCOME_UNKNOWN };
  return (
    <>
      {may(viewer, 'recipients:retry') && <DecideAll campaignId={id} unknown={all} provider={providerNames[channel]} status={status} />}
      <Button
        component={Link}
        to={{ pathname: path, search: ledgerSearch({ ...wholeLedger, ...filter }), hash: '#recipients' }}
        variant="default"
        size="compact-sm"
      >
        See the {all === 1 ? 'recipient' : counted(unknown > 0 ? unknown : givenUp, 'recipient', 'recipients')}
      </Button>
    </>
  );
}
