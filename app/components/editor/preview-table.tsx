import { NativeSelect, Table, TextInput } from '@mantine/core';
import { columnKeys } from '#app/domain/contacts/column-keys.ts';
import type { ColumnMapping, ColumnType } from '#app/domain/contacts/column-mapping.ts';
import type { ImportReport, ReadColumn } from '#app/domain/contacts/import-report.ts';
import classes from './contacts.module.css';

interface Props {
  report: ImportReport;
  columns: ColumnMapping;
  onChange(columns: ColumnMapping): void;
}

const SHOWN_ROWS = 6;
const kinds = [
  { value: 'text', label: 'Text' },
  { value: 'number', label: 'Number' },
  { value: 'boolean', label: 'Yes or no' },
  { value: 'out', label: 'Leave out' },
];

/** The first rows as they will be; above each column its name in templates and what it is. */
export function PreviewTable({ report, columns, onChange }: Props) {
  const found = report.columns ?? [];
  const keys = columnKeys(found);
  const advice = new Map(report.errors.map((row) => [row.line, row.advice]));
  const change = (key: string, kind: string, name: string | null) =>
    onChange({ ...columns, [key]: kind === 'out' ? null : { type: kind as ColumnType, ...(name && { name }) } });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={classes.sample} tabIndex={0} aria-label="First rows as they will be">
      <Table fz="xs" verticalSpacing={5} horizontalSpacing="sm" withRowBorders>
        <Table.Thead>
          <Table.Tr>
            {found.map((column, index) => {
              const key = keys[index] as string;
              return (
                <Table.Th key={key} data-address={column.role === 'address' || undefined}>
                  <span className="name">{column.header || `Column ${index + 1}`}</span>
                  {column.role === 'address' ? (
                    <span className={classes.becomes}>address</span>
                  ) : (
                    <span className={classes.choices}>
                      <TextInput
                        size="xs"
                        aria-label={`Name of ${key} in templates`}
                        key={column.name}
                        defaultValue={column.name ?? ''}
                        disabled={column.role === 'left_out'}
                        onBlur={(event) =>
                          event.currentTarget.value !== (column.name ?? '') && change(key, column.type, event.currentTarget.value.trim())
                        }
                        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
                      />
                      <NativeSelect
                        size="xs"
                        aria-label={`What ${key} is`}
                        data={kinds}
                        value={column.role === 'left_out' ? 'out' : column.type}
                        onChange={(event) => change(key, event.currentTarget.value, column.name)}
                      />
                    </span>
                  )}
                </Table.Th>
              );
            })}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(report.preview ?? []).slice(0, SHOWN_ROWS).map((row) => (
            <Table.Tr key={row.line}>
              {found.map((column, index) => (
                <Table.Td key={keys[index]} data-address={column.role === 'address' || undefined}>
                  <span className={classes.cell} dir="auto">
                    {column.role === 'address' ? (row.address ?? row.written) || '(empty)' : textOf(row.variables, column)}
                  </span>
                  {column.role === 'address' && row.reason && (
                    <span className={classes.refused}>
                      Left out: {row.reason}
                      {advice.get(row.line) && `. ${advice.get(row.line)}`}
                    </span>
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function textOf(variables: Record<string, unknown>, column: ReadColumn): string {
  const value = column.name === null ? null : variables[column.name];
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value ?? '');
}
