import { Button, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { Form, useSubmit } from '@remix-run/react';
import { IconTrash } from '@tabler/icons-react';
import type { FormEvent } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';

/** Deleting a draft takes its list with it, so it asks once. */
export function DraftMenu({ campaign }: { campaign: CampaignJson }) {
  const submit = useSubmit();
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    modals.openConfirmModal({
      title: 'Delete this draft?',
      children: (
        <Text size="sm">
          <strong className="name">{campaign.name}</strong> and its contacts are removed for good.
        </Text>
      ),
      labels: { confirm: 'Delete the draft', cancel: 'Keep it' },
      confirmProps: { color: 'red' },
      onConfirm: () => submit(form),
    });
  };
  return (
    <Form method="post" onSubmit={ask}>
      <input type="hidden" name="intent" value="delete" />
      <Button type="submit" variant="default" leftSection={<IconTrash size={16} stroke={1.7} aria-hidden />}>
        Delete
      </Button>
    </Form>
  );
}
