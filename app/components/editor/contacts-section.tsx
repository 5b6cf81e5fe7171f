import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { Form, useRevalidator } from '@remix-run/react';
import { IconFileTypeCsv, IconUpload } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { ImportRecord, RunningImport } from '#app/domain/contacts/import-record.ts';
import { decodeSample, type Mapping, readMapping, SAMPLE_BYTES } from '#app/domain/contacts/mapping.ts';
import { Percent } from '../number.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import classes from './contacts.module.css';
import type { Country } from './countries.ts';
import { ImportList } from './import-list.tsx';
import { ImportResult } from './import-result.tsx';
import { MappingStep } from './mapping-step.tsx';
import { RunningImports } from './running-imports.tsx';
import { useUpload } from './use-upload.ts';

interface Chosen {
  file: File;
  mapping: Mapping;
}

interface Props {
  campaign: CampaignJson;
  imports: ImportRecord[];
  runs: RunningImport[];
  /** For SMS; else empty. */
  countries: Country[];
  /** Is a file on its way, which leaving the page would stop? */
  onUploading(uploading: boolean): void;
}

/** Brings a list in: a file is dropped, its columns are confirmed on its first rows, then it is streamed to the server and reported on. */
export function ContactsSection({ campaign, imports, runs, countries, onUploading }: Props) {
  const { revalidate } = useRevalidator();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const upload = useUpload(campaign.id, revalidate);

  const choose = useCallback(
    async (file: File | undefined) => {
      if (!file) return;
      upload.dismiss();
      setUnreadable(null);
      try {
        const bytes = new Uint8Array(await file.slice(0, SAMPLE_BYTES).arrayBuffer());
        const complete = file.size <= SAMPLE_BYTES;
        if (bytes.length === 0) throw new Error(`${file.name} is empty. Export it again, then drop it here.`);
        if (bytes.includes(0) && bytes[0] !== 0xff && bytes[0] !== 0xfe) {
          throw new Error(`${file.name} is not a text file. Save the sheet as CSV (in Excel: Save as, CSV UTF-8), then drop that file.`);
        }
        const mapping = readMapping(decodeSample(bytes, complete), { channel: campaign.channel, complete });
        if (mapping.columns.length === 0) throw new Error(`${file.name} has no rows.`);
        setChosen({ file, mapping });
      } catch (error) {
        setUnreadable(error instanceof Error ? error.message : 'The file could not be read.');
      }
    },
    [campaign.channel, upload.dismiss],
  );

  const { state, sending } = upload;
  useEffect(() => {
    onUploading(sending);
    return () => onUploading(false);
  }, [sending, onUploading]);
  const running = runs.some((run) => run.state !== 'failed');
  // Once the file has arrived, what the server makes of it is seen as any other tab sees it.
  const arrived = state.kind === 'sending' && state.share >= 1 && !running;
  useEffect(() => {
    if (!arrived) return;
    const timer = setTimeout(revalidate, 1_000);
    return () => clearTimeout(timer);
  }, [arrived, revalidate]);
  return (
    <Stack gap="md">
      <ImportList campaign={campaign} imports={imports} />
      <RunningImports runs={state.kind === 'failed' ? runs.filter((run) => run.state !== 'failed') : runs} />
      {state.kind === 'done' && <ImportResult fileName={state.fileName} report={state.report} onClose={upload.dismiss} />}
      {state.kind === 'failed' && (
        <ProblemAlert title={`${state.fileName} was not imported`} errors={state.errors.length > 1 ? state.errors : undefined}>
          {state.message}
        </ProblemAlert>
      )}
      {unreadable && <ProblemAlert title="This file cannot be imported">{unreadable}</ProblemAlert>}
      {state.kind === 'sending' && state.share >= 1 && running ? null : state.kind === 'sending' ? (
        <div className={classes.sending} role="status">
          <Group justify="space-between" wrap="nowrap" mb={8}>
            <Text size="sm" fw={500} truncate className="name">
              {state.share < 1 ? 'Uploading' : 'Checking and importing'} {state.fileName}
            </Text>
            {state.share < 1 ? (
              <Group gap="xs" wrap="nowrap">
                <Text size="xs" c="dimmed">
                  <Percent value={state.share} />
                </Text>
                <Button size="compact-xs" variant="subtle" color="gray" onClick={upload.cancel}>
                  Stop
                </Button>
              </Group>
            ) : null}
          </Group>
          <Progress value={state.share * 100} animated={state.share >= 1} aria-label="Upload" />
        </div>
      ) : chosen ? (
        <MappingStep
          key={chosen.file.name + chosen.file.lastModified}
          campaignId={campaign.id}
          file={chosen.file}
          mapping={chosen.mapping}
          channel={campaign.channel}
          countries={countries}
          onCancel={() => setChosen(null)}
          onConfirm={(options) => {
            setChosen(null);
            upload.start(chosen.file, options);
          }}
        />
      ) : (
        <Dropzone
          className="needs-script"
          classNames={{ root: classes.dropzone }}
          onDrop={(files) => void choose(files[0])}
          multiple={false}
          inputProps={{ 'aria-label': 'Contact list, a CSV file' }}
        >
          <Group justify="center" gap="md" wrap="nowrap" className={classes.dropInner}>
            <Dropzone.Idle>
              <IconFileTypeCsv size={28} stroke={1.4} aria-hidden />
            </Dropzone.Idle>
            <Dropzone.Accept>
              <IconUpload size={28} stroke={1.4} aria-hidden />
            </Dropzone.Accept>
            <div>
              <Text fw={500}>{campaign.total > 0 || running ? 'Add another list' : 'Drop a contact list here, or choose a file'}</Text>
              <Text size="xs" c="dimmed">
                CSV as your CRM or Excel exports it, of any size: {campaign.channel === 'email' ? 'email addresses' : 'phone numbers'} in
                one column, in any order; other columns become variables.
              </Text>
            </div>
          </Group>
        </Dropzone>
      )}
      <Form method="post" encType="multipart/form-data" className="no-script">
        <input type="hidden" name="intent" value="import" />
        <label>
          Contact list (CSV) <input type="file" name="file" accept=".csv,.txt,text/csv" required />
        </label>
        <Button type="submit" variant="default" mt="xs">
          Import
        </Button>
      </Form>
      {campaign.total === 0 && !running && !chosen && state.kind === 'idle' && (
        <Text size="xs" c="dimmed">
          No list at hand?{' '}
          <a href="/sample-contacts.csv" download>
            Take the sample
          </a>{' '}
          and import it.
        </Text>
      )}
    </Stack>
  );
}
