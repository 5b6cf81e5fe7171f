import { Modal } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { Spotlight, spotlight } from '@mantine/spotlight';
import { useNavigate } from '@remix-run/react';
import { IconPlus, IconSearch, IconSend, IconUser, IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { may } from '#app/domain/access/roles.ts';
import { ChannelMark } from '../channel-mark.tsx';
import { CampaignStatusBadge } from '../status-badge.tsx';
import { useViewer } from '../use-viewer.ts';
import classes from './search.module.css';
import { useSearch } from './use-search.ts';

/** `/` or Ctrl-K from everywhere: campaigns by name; people by address, number, name, the end of a number, or a message's id. */
export function GlobalSearch() {
  const [text, setText] = useState('');
  const { found, searching, looking } = useSearch(text);
  const navigate = useNavigate();
  const mayWrite = may(useViewer(), 'campaigns:write');
  // On some keyboards the slash needs Shift.
  useHotkeys([
    ['/', spotlight.open],
    ['shift + /', spotlight.open],
  ]);
  const empty = text.trim() === '';
  /** Enter without a choice: what is called exactly this, else the first. */
  function openBest(): void {
    const wanted = text.trim().toLowerCase();
    const campaign = found.campaigns.find(({ name }) => name.toLowerCase() === wanted);
    const person = found.people.find(({ address }) => address === wanted);
    const first = campaign ?? (person ? undefined : found.campaigns[0]);
    const someone = person ?? found.people[0];
    if (empty || searching || (!first && !someone)) return;
    spotlight.close();
    if (first) navigate(first.status === 'DRAFT' ? `/campaigns/${first.id}/edit` : `/campaigns/${first.id}`);
    else if (someone) navigate(someone.to);
  }
  const nobody = !empty && !searching && found.campaigns.length + found.people.length === 0;

  return (
    <Spotlight.Root
      query={text}
      onQueryChange={setText}
      shortcut="mod + K"
      tagsToIgnore={[]}
      transitionProps={{ duration: 0 }}
      centered={false}
      overlayProps={{ backgroundOpacity: 0.35, blur: 2 }}
      classNames={{
        content: classes.content,
        search: classes.field,
        action: classes.action,
        actionLabel: classes.label,
        empty: classes.empty,
      }}
    >
      <Modal.Title className={classes.title}>Search</Modal.Title>
      <Spotlight.Search
        placeholder="Campaign, address, number or name"
        aria-label="Campaign, address, number or name"
        leftSection={<IconSearch size={18} stroke={1.8} aria-hidden />}
        maxLength={200}
        onKeyDown={(event) => {
          const chosen = event.currentTarget.closest('[role="dialog"]')?.querySelector('[data-selected]');
          if (event.key === 'Enter' && !event.nativeEvent.isComposing && !chosen) openBest();
        }}
      />
      <Spotlight.ActionsList>
        {found.campaigns.length > 0 && (
          <Spotlight.ActionsGroup label="Campaigns">
            {found.campaigns.map(({ id, name, channel, status }) => (
              <Spotlight.Action
                key={id}
                label={name}
                leftSection={<ChannelMark channel={channel} />}
                rightSection={<CampaignStatusBadge status={status} variant="plain" />}
                onClick={() => navigate(status === 'DRAFT' ? `/campaigns/${id}/edit` : `/campaigns/${id}`)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {found.people.length > 0 && (
          <Spotlight.ActionsGroup label="People">
            {found.people.map(({ address, to, why }) => (
              <Spotlight.Action
                key={to}
                label={address}
                description={why ?? undefined}
                leftSection={<IconUser size={17} stroke={1.7} aria-hidden />}
                onClick={() => navigate(to)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {nobody && (
          <Spotlight.Empty>
            {looking
              ? 'Looking for it in names and numbers …'
              : 'No campaign has this in its name, and none of the newest recipients in an address, a number or a column.'}
          </Spotlight.Empty>
        )}
        {empty && (
          <Spotlight.ActionsGroup label="Go to">
            <Spotlight.Action
              label="Campaigns"
              leftSection={<IconSend size={17} stroke={1.7} aria-hidden />}
              onClick={() => navigate('/')}
            />
            <Spotlight.Action
              label="People"
              leftSection={<IconUsers size={17} stroke={1.7} aria-hidden />}
              onClick={() => navigate('/people')}
            />
            {mayWrite && (
              <Spotlight.Action
                label="New campaign"
                leftSection={<IconPlus size={17} stroke={1.7} aria-hidden />}
                onClick={() => navigate('/campaigns/new')}
              />
            )}
          </Spotlight.ActionsGroup>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
