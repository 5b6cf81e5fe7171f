import { Button, Group, Modal, Text } from '@mantine/core';
import type { useFetcher } from '@remix-run/react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { ActAnswer } from '../act-answer.ts';
import { useNumbers } from '../number.tsx';

interface Props {
  campaign: CampaignJson;
  path: string;
  opened: boolean;
  onClose: () => void;
  fetcher: ReturnType<typeof useFetcher<ActAnswer>>;
}

/** Asks once, with the numbers as they are while it is open: cancelling is for good. */
export function CancelDialog({ campaign, path, opened, onClose, fetcher }: Props) {
  const { counted, count } = useNumbers();
  const { name, sent, pending, queued, retrying, status } = campaign;
  const notTried = pending + queued + retrying;
  const keep = status === 'SCHEDULED' ? 'Keep the schedule' : status === 'PAUSED' ? 'Keep it paused' : 'Keep sending';
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Cancel this campaign?"
      size="sm"
      lockScroll={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Text translate="no">
        <strong className="name" dir="auto">
          {name}
        </strong>{' '}
        {status === 'SCHEDULED' ? (
          'will not be sent, and this cannot be undone. To change it or to send it at another time, unschedule it.'
        ) : (
          <>
            has been sent to {counted(sent, 'recipient', 'recipients')}; that stays. The other{' '}
            <span className="numeric">{count(notTried)}</span> will not be sent to, and this cannot be undone.
            {status === 'SENDING' && ' To stop for a while, pause it.'}
          </>
        )}
      </Text>
      <fetcher.Form method="post" action={path} onSubmit={onClose}>
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {keep}
          </Button>
          <Button type="submit" name="intent" value="cancel" color="red">
            Cancel campaign
          </Button>
        </Group>
      </fetcher.Form>
    </Modal>
  );
}
