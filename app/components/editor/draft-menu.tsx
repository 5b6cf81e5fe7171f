import { Button, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { Form, useNavigate } from '@remix-run/react';
import { IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { deleteDraft } from './save-draft.ts';
import type { Autosave } from './use-autosave.ts';

/** Deleting a draft takes its list with it, so it asks once, and deletes what stood on the screen. */
export function DraftMenu({ campaign, autosave }: { campaign: CampaignJson; autosave: Autosave }) {
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    await autosave.flush();
    const answer = await deleteDraft(campaign.id, autosave.revision);
    setBusy(false);
    if (answer.kind === 'ok') return navigate('/');
    autosave.hear();
    modals.open({
      title: 'The draft was not deleted',
      children: (
        <Text size="sm">
          {answer.kind === 'refused'
            ? answer.message
            : answer.kind === 'signed-out'
              ? 'You are signed out. Sign in again, then delete it.'
              : answer.kind === 'stale'
                ? 'It has changed since you looked. See what is new, then decide again.'
                : 'The server could not be reached. Check your connection and try again.'}
        </Text>
      ),
    });
  };
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    modals.openConfirmModal({
      title: 'Delete this draft?',
      children: (
        <Text size="sm">
          <strong className="name">{autosave.draft.name || campaign.name}</strong> and its contacts are removed for good.
        </Text>
      ),
      labels: { confirm: 'Delete the draft', cancel: 'Keep it' },
      confirmProps: { color: 'red' },
      onConfirm: () => void remove(),
    });
  };
  return (
    <Form method="post" onSubmit={ask}>
      <input type="hidden" name="intent" value="delete" />
      <input type="hidden" name="revision" value={autosave.revision} />
      <Button type="submit" variant="default" leftSection={<IconTrash size={16} stroke={1.7} aria-hidden />} loading={busy}>
        Delete
      </Button>
    </Form>
  );
}
