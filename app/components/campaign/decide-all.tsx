import { Button, Group, Modal, Radio, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useRevalidator } from '@remix-run/react';
import { useState } from 'react';
import type { CampaignStatus } from '#app/domain/campaigns/campaign.ts';
import type { Resolution } from '#app/domain/recipients/resolutions.ts';
import { useNumbers } from '../number.tsx';
import { ProblemAlert } from '../problem-alert.tsx';

const choices: { outcome: Resolution; label: string; consequence: string }[] = [
  { outcome: 'sent', label: 'They arrived', consequence: 'All count as sent. Nothing is sent now.' },
  { outcome: 'failed', label: 'They did not arrive', consequence: 'All count as failed, and can be retried later.' },
  {
    outcome: 'resend',
    label: 'Send all of them again',
    consequence: 'New messages go out at once. Who got the first one gets it twice.',
  },
];

const otherwise: Partial<Record<CampaignStatus, Partial<Record<Resolution, string>>>> = {
  PAUSED: { resend: 'They go out when the campaign is resumed. Who got the first one gets it twice.' },
  CANCELLED: { failed: 'All count as failed. A campaign that is cancelled cannot be sent to again.' },
};

interface Props {
  campaignId: number;
  /** How many outcomes are unknown now. */
  unknown: number;
  /** Where to look for what happened: "SendGrid". */
  provider: string;
  /** While it is paused nothing goes out; where it is cancelled nobody can be retried. */
  status: CampaignStatus;
}

/** One decision for every recipient of a campaign whose outcome nobody knows: chosen with its consequence in sight, confirmed with the number. */
export function DecideAll({ campaignId, unknown, provider, status }: Props) {
  const { count, counted } = useNumbers();
  const [opened, { open, close }] = useDisclosure(false);
  const [outcome, setOutcome] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { revalidate } = useRevalidator();
  const who = counted(unknown, 'outcome', 'outcomes');
  const decide = async () => {
    setBusy(true);
    setProblem(await resolveAll(campaignId, outcome as Resolution, close));
    setBusy(false);
    revalidate();
  };
  return (
    <>
      <Button size="compact-sm" className="needs-script" onClick={open}>
        <span translate="no">{unknown > 1 ? `Decide for all ${who}` : 'Decide'}</span>
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={unknown > 1 ? 'What happened to these messages?' : 'What happened to this message?'}
        size="md"
        lockScroll={false}
      >
        <Stack gap="md">
          <Text size="sm" c="dimmed" translate="no">
            {counted(unknown, 'recipient', 'recipients')}. Look in {provider}’s own log for the minutes of this campaign before you decide.
          </Text>
          {problem && <ProblemAlert title="Not all could be decided">{problem}</ProblemAlert>}
          <Radio.Group value={outcome} onChange={setOutcome} aria-label="What happened">
            <Stack gap="sm">
              {choices.map(({ outcome: value, label, consequence }) => (
                <Radio key={value} value={value} label={label} description={otherwise[status]?.[value] ?? consequence} />
              ))}
            </Stack>
          </Radio.Group>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Decide later
            </Button>
            <Button key={outcome} disabled={outcome === null} loading={busy} onClick={decide}>
              {outcome === 'resend' ? `Send ${count(unknown)} again` : outcome === null ? 'Choose what happened' : `Decide ${who}`}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

/** @returns what went wrong, in a sentence; null where all went well */
async function resolveAll(campaignId: number, outcome: Resolution, done: () => void): Promise<string | null> {
  try {
    const answer = await fetch(`/api/v1/campaigns/${campaignId}/resolve`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ outcome }),
    });
    if (answer.ok) {
      done();
      return null;
    }
    const { detail } = (await answer.json()) as { detail?: string };
    return detail ?? 'Try again in a moment.';
  } catch {
    return 'Rollcall could not be reached. What was decided so far stays decided; try again in a moment.';
  }
}
