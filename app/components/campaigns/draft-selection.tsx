import { Button, Group, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useRevalidator } from '@remix-run/react';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { useNumbers } from '../number.tsx';
import classes from './campaign-list.module.css';
import { deleteDrafts, tell } from './list-acts.tsx';

export interface Selection {
  /** Are drafts being chosen? */
  on: boolean;
  ids: ReadonlySet<number>;
  start(): void;
  stop(): void;
  toggle(id: number): void;
  all(ids: readonly number[]): void;
}

export function useSelection(): Selection {
  const [ids, setIds] = useState<ReadonlySet<number> | null>(null);
  return {
    on: ids !== null,
    ids: ids ?? new Set(),
    start: () => setIds(new Set()),
    stop: () => setIds(null),
    toggle: (id) =>
      setIds((old) => {
        const next = new Set(old);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    all: (all) => setIds(new Set(all)),
  };
}

/** Several drafts at once: chosen in the list, deleted as the list shows them. */
export function SelectionBar({ selection, campaigns }: { selection: Selection; campaigns: readonly CampaignJson[] }) {
  const { counted } = useNumbers();
  const { revalidate } = useRevalidator();
  const [busy, setBusy] = useState(false);
  const drafts = campaigns.filter(({ status, preparing }) => status === 'DRAFT' && !preparing);
  const chosen = drafts.filter(({ id }) => selection.ids.has(id));
  const contacts = chosen.reduce((sum, { total }) => sum + total, 0);
  const words = counted(chosen.length, 'draft', 'drafts');

  const ask = () =>
    modals.openConfirmModal({
      title: `Delete ${words}?`,
      children: (
        <>
          <Text size="sm">
            {contacts > 0 ? `They and their ${counted(contacts, 'contact', 'contacts')} are` : chosen.length === 1 ? 'It is' : 'They are'}{' '}
            removed for good:
          </Text>
          <ul className={classes.chosen}>
            {chosen.map(({ id, name }) => (
              <li key={id} className="name" dir="auto">
                {name}
              </li>
            ))}
          </ul>
        </>
      ),
      labels: { confirm: `Delete ${words}`, cancel: 'Keep them' },
      confirmProps: { color: 'red' },
      onConfirm: async () => {
        setBusy(true);
        tell(await deleteDrafts(chosen));
        setBusy(false);
        selection.stop();
        revalidate();
      },
    });

  if (!selection.on) return null;
  return (
    <Group className={classes.selection} justify="space-between" role="region" aria-label="Chosen drafts">
      <Text size="sm" aria-live="polite">
        {chosen.length === 0 ? 'Choose the drafts to delete.' : `${words} chosen`}
      </Text>
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          onClick={() => selection.all(chosen.length === drafts.length ? [] : drafts.map(({ id }) => id))}
        >
          {chosen.length === drafts.length && drafts.length > 0 ? 'Choose none' : 'Choose all on this page'}
        </Button>
        <Button
          size="xs"
          color="red"
          disabled={chosen.length === 0}
          loading={busy}
          onClick={ask}
          leftSection={<IconTrash size={14} aria-hidden />}
        >
          Delete {chosen.length > 0 ? words : ''}
        </Button>
        <Button size="xs" variant="subtle" color="gray" onClick={selection.stop}>
          Done
        </Button>
      </Group>
    </Group>
  );
}
