import { Alert, Button, Group, NumberInput, Select, SimpleGrid, Switch, Text } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useState } from 'react';
import type { Channel } from '#app/domain/channel.ts';
import { columnKeys } from '#app/domain/contacts/column-keys.ts';
import { delimiterLabels } from '#app/domain/contacts/csv-sample.ts';
import type { Mapping } from '#app/domain/contacts/mapping.ts';
import { encodings } from '#app/domain/contacts/text-encoding.ts';
import { useReader } from '../reader-context.tsx';
import classes from './contacts.module.css';
import { type Country, countryOptions } from './countries.ts';
import type { ImportOptions } from './import-options.ts';
import { PreviewTable } from './preview-table.tsx';
import { useImportPreview } from './use-import-preview.ts';

interface Props {
  campaignId: number;
  file: File;
  /** What the browser made of the file's beginning, until the server has answered. */
  mapping: Mapping;
  channel: Channel;
  countries: Country[];
  onConfirm(options: ImportOptions): void;
  onCancel(): void;
}

/** Shows what the file becomes before it becomes it, lets a person correct how it is read, and only then uploads. */
export function MappingStep({ campaignId, file, mapping, channel, countries, onConfirm, onCancel }: Props) {
  const { locale } = useReader();
  const [options, setOptions] = useState<ImportOptions>({
    addressColumn: null,
    delimiter: null,
    encoding: null,
    headerLine: null,
    columns: {},
    defaultCountry: null,
    bareNumbers: null,
    takeStatuses: false,
  });
  const set = (changed: Partial<ImportOptions>) => setOptions((before) => ({ ...before, ...changed }));
  const { report, error, loading } = useImportPreview(campaignId, file, options);
  const what = channel === 'email' ? 'email addresses' : 'phone numbers';
  const columns = report?.columns ?? mapping.columns;
  const keys = columnKeys(columns);
  const address = report?.columns?.findIndex(({ role }) => role === 'address') ?? -1;
  const doubtful = report !== null && report.rows > 0 && report.rejected - report.left_out > report.rows / 2;
  const twoWays = report?.errors.some(({ reason }) => reason === 'could be a number of two countries') || options.bareNumbers !== null;
  const statuses = report?.columns?.some(({ status }) => status) || options.takeStatuses;

  return (
    <div className={classes.mapping}>
      <Text fw={600} className="name">
        {file.name}
      </Text>
      <Text size="xs" c="dimmed" mb="md">
        These are its first rows, as they will be. Nothing is imported yet.
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" mb="md">
        <Select
          label={`Column with the ${what}`}
          placeholder="Choose a column"
          data={columns.map(({ header }, index) => ({
            value: keys[index] as string,
            label: header ? (keys[index] as string) : `Column ${index + 1}`,
          }))}
          value={options.addressColumn ?? (error === null ? (keys[address] ?? null) : null)}
          onChange={(addressColumn) => set({ addressColumn })}
          description={doubtful ? `Most of its first values do not look like ${what}; those rows would be rejected.` : undefined}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          allowDeselect={false}
          searchable
        />
        <NumberInput
          label="Line with the names of the columns"
          description="0 where there is none, and the first row is a contact"
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          min={0}
          max={1000}
          allowDecimal={false}
          value={options.headerLine ?? report?.header_line ?? ''}
          onChange={(value) => set({ headerLine: typeof value === 'number' ? value : null, addressColumn: null, columns: {} })}
        />
        <Select
          label="Separator"
          data={Object.entries(delimiterLabels).map(([value, label]) => ({ value, label }))}
          value={options.delimiter ?? report?.delimiter ?? mapping.delimiter}
          onChange={(delimiter) => set({ delimiter, addressColumn: null, columns: {} })}
          allowDeselect={false}
        />
        <Select
          label="Encoding"
          data={encodings.map(([value, label]) => ({ value, label }))}
          value={options.encoding ?? report?.encoding ?? 'utf-8'}
          onChange={(encoding) => set({ encoding })}
          description={report?.encoding_guessed ? 'A guess: look at the names below.' : undefined}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          allowDeselect={false}
          searchable
        />
        {channel === 'sms' && (
          <Select
            label="Country of numbers without a code"
            data={countryOptions(countries, locale)}
            value={options.defaultCountry}
            onChange={(defaultCountry) => set({ defaultCountry })}
            placeholder="Choose where the list is from"
            searchable
            description="Numbers that begin with + keep their own. Without a choice, only what is clear is taken."
            inputWrapperOrder={['label', 'input', 'description', 'error']}
          />
        )}
        {channel === 'sms' && twoWays && (
          <Select
            label="Numbers without + and 0 in front"
            data={[
              { value: '', label: 'Reject what can be read in two ways' },
              { value: 'international', label: 'International numbers that lost their +' },
              { value: 'national', label: 'Numbers of the country above' },
            ]}
            value={options.bareNumbers ?? ''}
            onChange={(value) => set({ bareNumbers: value === 'international' || value === 'national' ? value : null })}
            allowDeselect={false}
          />
        )}
      </SimpleGrid>
      {statuses && (
        <Switch
          mb="md"
          label="Leave out people whose status says unsubscribed, bounced or the like"
          checked={!options.takeStatuses}
          onChange={(event) => set({ takeStatuses: !event.currentTarget.checked })}
        />
      )}
      {error !== null && (
        <Alert color="red" variant="light" mb="md" role="alert">
          {error}
        </Alert>
      )}
      {error === null && report && report.warnings.length > 0 && (
        <Alert color="yellow" variant="light" mb="md" role="status">
          {report.warnings.map((warning) => (
            <div key={warning}>{warning}</div>
          ))}
        </Alert>
      )}
      {report && (
        <PreviewTable
          report={report}
          columns={options.columns}
          onChange={(changed) =>
            // A column that somebody calls "address" does not become the one that is sent to.
            set({ columns: changed, addressColumn: options.addressColumn ?? keys[address] ?? null })
          }
        />
      )}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="subtle" color="gray" onClick={onCancel}>
          Choose another file
        </Button>
        <Button
          disabled={error !== null || report === null}
          loading={loading && report === null}
          rightSection={<IconArrowRight size={16} aria-hidden />}
          onClick={() => onConfirm(options)}
        >
          Import this list
        </Button>
      </Group>
    </div>
  );
}
