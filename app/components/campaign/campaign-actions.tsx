import { ActionIcon, Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Form, type useFetcher, useSubmit } from '@remix-run/react';
import { IconBan, IconBell, IconCopy, IconDots, IconFileDownload, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { may } from '#app/domain/access/roles.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { ActAnswer } from '../act-answer.ts';
import { useViewer } from '../use-viewer.ts';
import { CancelDialog } from './cancel-dialog.tsx';

interface Props {
  campaign: CampaignJson;
  /** The page's own URL path: where its forms go. */
  path: string;
  maySend: boolean;
  mayWrite: boolean;
  /** Without a connection a form would only lead to an error. */
  online: boolean;
  fetcher: ReturnType<typeof useFetcher<ActAnswer>>;
}

/** Pause or resume, and behind the dots what is wanted less often. Forms, so they work without scripts too. */
export function CampaignActions({ campaign, path, maySend, mayWrite, online, fetcher }: Props) {
  const [cancelling, dialog] = useDisclosure(false);
  const { status, id } = campaign;
  const underWay = status === 'SENDING' || status === 'PAUSED';
  const submit = useSubmit();
  const busy = fetcher.state !== 'idle';
  const mayExport = may(useViewer(), 'people:export');
  const exportUrl = `/api/v1/campaigns/${id}/export.csv?delimiter=auto`;
  return (
    <>
      {maySend && underWay && (
        <fetcher.Form key={status} method="post" action={path}>
          <Button
            type="submit"
            name="intent"
            value={status === 'SENDING' ? 'pause' : 'resume'}
            variant={status === 'SENDING' ? 'default' : 'filled'}
            leftSection={
              status === 'SENDING' ? (
                <IconPlayerPause size={16} stroke={1.8} aria-hidden />
              ) : (
                <IconPlayerPlay size={16} stroke={1.8} aria-hidden />
              )
            }
            loading={busy}
            disabled={!online}
          >
            {status === 'SENDING' ? 'Pause' : 'Resume'}
          </Button>
        </fetcher.Form>
      )}
      <Menu position="bottom-end" width={230} withinPortal>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More actions" className="needs-script">
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {mayExport ? (
            <Menu.Item component="a" href={exportUrl} leftSection={<IconFileDownload size={16} stroke={1.7} aria-hidden />}>
              Export as CSV
            </Menu.Item>
          ) : (
            <Menu.Item disabled leftSection={<IconFileDownload size={16} stroke={1.7} aria-hidden />}>
              Your role may not export people
            </Menu.Item>
          )}
          {mayWrite && (
            <Menu.Item
              disabled={!online}
              leftSection={<IconCopy size={16} stroke={1.7} aria-hidden />}
              onClick={() => submit({ intent: 'clone' }, { method: 'post', action: path })}
            >
              Clone
            </Menu.Item>
          )}
          {underWay && <NotifyItem />}
          {maySend && (underWay || status === 'SCHEDULED') && (
            <>
              <Menu.Divider />
              <Menu.Item color="red" disabled={!online} leftSection={<IconBan size={16} stroke={1.7} aria-hidden />} onClick={dialog.open}>
                Cancel campaign
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <a className="no-script" href={exportUrl}>
        Export as CSV
      </a>
      {mayWrite && (
        <Form method="post" action={path} className="no-script">
          <Button type="submit" name="intent" value="clone" variant="default">
            Clone
          </Button>
        </Form>
      )}
      <CancelDialog campaign={campaign} path={path} opened={cancelling} onClose={dialog.close} fetcher={fetcher} />
    </>
  );
}

/** Asks the browser once whether it may notify; nothing where it was asked already or cannot. */
function NotifyItem() {
  if (typeof Notification === 'undefined' || Notification.permission !== 'default') return null;
  return (
    <Menu.Item leftSection={<IconBell size={16} stroke={1.7} aria-hidden />} onClick={() => void Notification.requestPermission()}>
      Notify me when it ends
    </Menu.Item>
  );
}
