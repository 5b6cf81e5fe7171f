import { Group, NativeSelect, Radio, SegmentedControl, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useRevalidator } from '@remix-run/react';
import { useState } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { changeChannel } from './save-draft.ts';
import type { Autosave } from './use-autosave.ts';

const MOST_RETRIES = 10;
const rounds = Array.from({ length: MOST_RETRIES + 1 }, (_, n) => ({
  value: String(n),
  label: n === 0 ? 'Never' : n === 1 ? 'Once' : `${n} times`,
}));

/** What a person decides once for the whole campaign, in plain words: the channel, retries, and what is done where nobody knows what became of a message. */
export function SettingsSection({ campaign, autosave: { draft, set, flush, revision } }: { campaign: CampaignJson; autosave: Autosave }) {
  const { revalidate } = useRevalidator();
  const [problem, setProblem] = useState<string | null>(null);
  const fixed = campaign.total > 0 || campaign.preparing;

  const change = async (channel: string) => {
    setProblem(null);
    if (!(await flush())) return setProblem('The draft could not be saved, so the channel stays.');
    const answer = await changeChannel(campaign.id, channel, revision);
    if (answer.kind === 'refused') setProblem(answer.message);
    else if (answer.kind !== 'ok') setProblem('The channel was not changed. Try again in a moment.');
    revalidate();
  };
  const ask = (channel: string) => {
    if (channel === campaign.channel) return;
    if (channel !== 'sms' || `${draft.subject}${draft.html}${draft.from}`.trim() === '') return void change(channel);
    modals.openConfirmModal({
      title: 'Change it to an SMS?',
      children: <Text size="sm">An SMS has neither subject nor HTML: both are removed, and so is the sender. The plain text stays.</Text>,
      labels: { confirm: 'Change it', cancel: 'Keep the email' },
      onConfirm: () => void change(channel),
    });
  };

  return (
    <Stack gap="lg">
      <div className="needs-script">
        <Text size="sm" fw={500} mb={6} id="channel-label">
          Channel
        </Text>
        <SegmentedControl
          aria-labelledby="channel-label"
          value={campaign.channel}
          onChange={ask}
          disabled={fixed}
          data={[
            { value: 'email', label: 'Email' },
            { value: 'sms', label: 'SMS' },
          ]}
        />
        <Text size="xs" c={problem ? 'var(--tone-red-fg)' : 'dimmed'} mt={6} role={problem ? 'alert' : undefined}>
          {problem ?? (fixed ? 'Fixed while there are contacts. Remove them to change it.' : 'Can change while there are no contacts.')}
        </Text>
      </div>
      <Radio.Group
        name="unknown_policy"
        label="When nobody knows whether a message arrived"
        description="It is rare: the connection broke after a message had been handed over, and the provider never told what became of it."
        value={draft.unknown_policy}
        onChange={(value) => set('unknown_policy', value)}
      >
        <Stack gap="xs" mt="xs">
          <Radio form="content-form" value="resend" label="Send it again" description="Everybody gets it; a few people may get it twice." />
          <Radio
            form="content-form"
            value="hold"
            label="Ask me"
            description="Nobody gets it twice; these people wait on the campaign’s page until somebody decides for each."
          />
        </Stack>
      </Radio.Group>
      <Group>
        <NativeSelect
          form="content-form"
          name="max_retries"
          label="How often a person may retry it"
          description="After the campaign has ended, for those that were not reached. Rollcall’s own retries, three for each message, are not counted."
          data={rounds}
          value={draft.max_retries}
          onChange={(event) => set('max_retries', event.currentTarget.value)}
          maw={460}
        />
      </Group>
    </Stack>
  );
}
