import { Button, Group, Select, Stack, Table, Text } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useState } from 'react';
import type { Channel } from '#app/domain/campaigns/campaign.ts';
import { addressShare } from '#app/domain/contacts/address-column.ts';
import { delimiterLabels } from '#app/domain/contacts/csv-sample.ts';
import type { Mapping } from '#app/domain/contacts/mapping.ts';
import { useReader } from '../reader-context.tsx';
import classes from './contacts.module.css';
import { type Country, countryOptions } from './countries.ts';
import type { UploadOptions } from './use-upload.ts';

interface Props {
  fileName: string;
  mapping: Mapping;
  channel: Channel;
  countries: Country[];
  onConfirm(options: UploadOptions): void;
  onCancel(): void;
}

const SHOWN_ROWS = 4;

/** Shows what the file's beginning says, lets a person correct the address column, and only then uploads. */
export function MappingStep({ fileName, mapping, channel, countries, onConfirm, onCancel }: Props) {
  const { locale } = useReader();
  const [column, setColumn] = useState(mapping.addressColumn);
  const [country, setCountry] = useState<string | null>('US');
  const what = channel === 'email' ? 'email addresses' : 'phone numbers';
  const doubtful = column !== null && addressShare(mapping.sample, column, channel) < 0.5;
  const delimiter = delimiterLabels[mapping.delimiter as keyof typeof delimiterLabels] ?? mapping.delimiter;

  return (
    <div className={classes.mapping}>
      <Text fw={600} className="name">
        {fileName}
      </Text>
      <Text size="xs" c="dimmed" mb="md">
        {mapping.columns.length} {mapping.columns.length === 1 ? 'column' : 'columns'}
        {mapping.columns.length > 1 && `, separated by ${delimiter}`}
        {mapping.hasHeader ? '' : ', without a header row'}. These are its first rows.
      </Text>
      <Group gap="md" align="flex-start" mb="md" grow preventGrowOverflow={false}>
        <Select
          label={`Column with the ${what}`}
          placeholder="Choose a column"
          data={mapping.columns.map(({ header, name }, index) => ({ value: String(index), label: header || name }))}
          value={column === null ? null : String(column)}
          onChange={(value) => value !== null && setColumn(Number(value))}
          error={column === null && `No column looks like ${what}. Choose the one that holds them.`}
          description={doubtful ? `Most of its first values do not look like ${what}; those rows would be rejected.` : undefined}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          allowDeselect={false}
          searchable
        />
        {channel === 'sms' && (
          <Select
            label="Country of numbers without a code"
            data={countryOptions(countries, locale)}
            value={country}
            onChange={setCountry}
            allowDeselect={false}
            searchable
            description="Numbers that begin with + keep their own."
            inputWrapperOrder={['label', 'input', 'description', 'error']}
          />
        )}
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={classes.sample} tabIndex={0} aria-label="First rows of the file">
        <Table fz="xs" verticalSpacing={5} horizontalSpacing="sm" withRowBorders>
          <Table.Thead>
            <Table.Tr>
              {mapping.columns.map(({ header, name }, index) => (
                <Table.Th key={name} data-address={index === column || undefined}>
                  <span className="name">{header || name}</span>
                  <span className={classes.becomes}>{index === column ? 'address' : `{{ ${name} }}`}</span>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {mapping.sample.slice(0, SHOWN_ROWS).map((row, line) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file are told apart by nothing else
              <Table.Tr key={line}>
                {mapping.columns.map(({ name }, index) => (
                  <Table.Td key={name} data-address={index === column || undefined}>
                    <span className={classes.cell} dir="auto">
                      {row[index]}
                    </span>
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
      <Stack gap={6} mt="md">
        <Group justify="flex-end" gap="xs">
          <Button variant="subtle" color="gray" onClick={onCancel}>
            Choose another file
          </Button>
          <Button
            disabled={column === null}
            rightSection={<IconArrowRight size={16} aria-hidden />}
            onClick={() => {
              const chosen = mapping.columns[column ?? 0];
              if (chosen) {
                onConfirm({ addressColumn: chosen.name, delimiter: mapping.delimiter, defaultCountry: channel === 'sms' ? country : null });
              }
            }}
          >
            Import this list
          </Button>
        </Group>
      </Stack>
    </div>
  );
}
