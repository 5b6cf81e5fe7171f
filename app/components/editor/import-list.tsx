import { Anchor, Button, Group, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { Form, useNavigation, useSubmit } from '@remix-run/react';
import { IconFileTypeCsv, IconTrash } from '@tabler/icons-react';
import { may } from '#app/domain/access/roles.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { ImportRecord } from '#app/domain/contacts/import-record.ts';
import { reportUrl } from '#app/domain/contacts/import-report.ts';
import { useNumbers } from '../number.tsx';
import { RelativeTime } from '../relative-time.tsx';
import { useViewer } from '../use-viewer.ts';
import classes from './contacts.module.css';
import { ImportCounts } from './import-counts.tsx';

/** The lists that were brought into this draft, with what each gave, and a way to begin again. */
export function ImportList({ campaign, imports }: { campaign: CampaignJson; imports: ImportRecord[] }) {
  const { counted } = useNumbers();
  const mayExport = may(useViewer(), 'people:export');
  const submit = useSubmit();
  const { formData } = useNavigation();
  if (campaign.total === 0 && imports.length === 0) return null;
  const people = counted(campaign.total, 'contact', 'contacts');

  const ask = (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    modals.openConfirmModal({
      title: `Remove ${people}?`,
      children: <Text size="sm">The draft keeps its content. The files on your computer are not touched; you can import them again.</Text>,
      labels: { confirm: `Remove ${people}`, cancel: 'Keep them' },
      confirmProps: { color: 'red' },
      onConfirm: () => submit(form, { preventScrollReset: true }),
    });
  };

  return (
    <div>
      <Group justify="space-between" mb={8}>
        <Text fw={600}>{people}</Text>
        <Form method="post" onSubmit={ask}>
          <input type="hidden" name="intent" value="empty" />
          <Button
            type="submit"
            size="compact-sm"
            variant="subtle"
            color="gray"
            leftSection={<IconTrash size={15} aria-hidden />}
            loading={formData?.get('intent') === 'empty'}
          >
            Remove all
          </Button>
        </Form>
      </Group>
      <ul className={classes.imports}>
        {imports.map((item) => (
          <li key={item.id}>
            <IconFileTypeCsv size={18} stroke={1.5} aria-hidden />
            <div className={classes.importWords}>
              <span className={`name ${classes.file}`}>{item.file_name ?? 'Sent through the API'}</span>
              <Text size="xs" c="dimmed" component="div">
                <RelativeTime at={item.created_at} />
                {item.created_by && <span className="name"> · {item.created_by}</span>}
              </Text>
            </div>
            <ImportCounts {...item} />
            {item.accepted === item.rows ? (
              <span />
            ) : mayExport ? (
              <Anchor href={`${reportUrl(campaign.id, item.id)}?delimiter=auto`} download fz="xs">
                Report
              </Anchor>
            ) : (
              <Text fz="xs" c="dimmed">
                No report: your role exports no people
              </Text>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
