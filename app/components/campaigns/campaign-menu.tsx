import { ActionIcon, Menu, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { Link, useRevalidator, useSubmit } from '@remix-run/react';
import { IconBan, IconCopy, IconDots, IconExternalLink, IconFileDownload, IconTrash } from '@tabler/icons-react';
import { may } from '#app/domain/access/roles.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { useNumbers } from '../number.tsx';
import { useViewer } from '../use-viewer.ts';
import classes from './campaign-list.module.css';
import { cancelFromList, deleteDrafts, tell } from './list-acts.tsx';

/** What can be done with a campaign without opening it. */
export function CampaignMenu({ campaign, to }: { campaign: CampaignJson; to: string }) {
  const viewer = useViewer();
  const submit = useSubmit();
  const { counted } = useNumbers();
  const { revalidate } = useRevalidator();
  const { id, name, status } = campaign;
  const draft = status === 'DRAFT';
  const stoppable = may(viewer, 'campaigns:send') && ['SCHEDULED', 'SENDING', 'PAUSED'].includes(status);

  const askToDelete = () =>
    modals.openConfirmModal({
      title: 'Delete this draft?',
      children: (
        <Text size="sm">
          <strong className="name">{name}</strong>
          {campaign.total > 0 ? ` and its ${counted(campaign.total, 'contact is', 'contacts are')}` : ' is'} removed for good.
        </Text>
      ),
      labels: { confirm: 'Delete the draft', cancel: 'Keep it' },
      confirmProps: { color: 'red' },
      onConfirm: () => void deleteDrafts([campaign]).then(tell).then(revalidate),
    });
  const askToCancel = () =>
    modals.openConfirmModal({
      title: 'Cancel this campaign?',
      children: (
        <Text size="sm">
          <strong className="name">{name}</strong> ends for good. Who was not sent to yet will not be; messages that have left cannot be
          called back.
        </Text>
      ),
      labels: { confirm: 'Cancel the campaign', cancel: 'Let it be' },
      confirmProps: { color: 'red' },
      onConfirm: () => void cancelFromList(campaign).then(tell).then(revalidate),
    });

  return (
    <Menu position="bottom-end" width={210} withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={32} aria-label={`Actions for ${name}`} className={`needs-script ${classes.menu}`}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to={to} leftSection={<IconExternalLink size={16} stroke={1.7} aria-hidden />}>
          {draft && may(viewer, 'campaigns:write') ? 'Edit' : 'Open'}
        </Menu.Item>
        {may(viewer, 'campaigns:write') && (
          <Menu.Item
            leftSection={<IconCopy size={16} stroke={1.7} aria-hidden />}
            disabled={campaign.preparing}
            onClick={() => submit({ intent: 'clone' }, { method: 'post', action: `/campaigns/${id}` })}
          >
            Clone
          </Menu.Item>
        )}
        {!draft && may(viewer, 'people:export') && (
          <Menu.Item
            component="a"
            href={`/api/v1/campaigns/${id}/export.csv?delimiter=auto`}
            leftSection={<IconFileDownload size={16} stroke={1.7} aria-hidden />}
          >
            Export as CSV
          </Menu.Item>
        )}
        {draft && may(viewer, 'campaigns:write') && (
          <>
            <Menu.Divider />
            <Menu.Item color="red" leftSection={<IconTrash size={16} stroke={1.7} aria-hidden />} onClick={askToDelete}>
              Delete draft
            </Menu.Item>
          </>
        )}
        {stoppable && (
          <>
            <Menu.Divider />
            <Menu.Item color="red" leftSection={<IconBan size={16} stroke={1.7} aria-hidden />} onClick={askToCancel}>
              Cancel campaign
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
