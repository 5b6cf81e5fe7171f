import { Anchor, CloseButton, Group, Table, Text } from '@mantine/core';
import { may } from '#app/domain/access/roles.ts';
import type { ImportReport, RejectReason } from '#app/domain/contacts/import-report.ts';
import { useNumbers } from '../number.tsx';
import { useViewer } from '../use-viewer.ts';
import classes from './contacts.module.css';
import { ImportCounts } from './import-counts.tsx';

const SHOWN_ERRORS = 8;

/** The reasons are the API's words; here they stand with a capital. */
function sentence(reason: RejectReason): string {
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}

/** What became of the file just imported, with the first rejected rows; the whole report is one click away. */
export function ImportResult({ fileName, report, onClose }: { fileName: string; report: ImportReport; onClose(): void }) {
  const { count, counted } = useNumbers();
  const mayExport = may(useViewer(), 'people:export');
  const rest = report.rejected - Math.min(SHOWN_ERRORS, report.errors.length);
  return (
    <section className={classes.result} aria-label="Import report" role="status">
      <Group justify="space-between" wrap="nowrap" align="flex-start" mb="sm">
        <div>
          <Text fw={600}>{report.accepted > 0 ? `${counted(report.accepted, 'person', 'people')} added` : 'Nobody was added'}</Text>
          <Text size="xs" c="dimmed">
            {counted(report.rows, 'row', 'rows')} in <span className="name">{fileName}</span>
          </Text>
        </div>
        <CloseButton aria-label="Close the report" onClick={onClose} />
      </Group>
      <ImportCounts {...report} />
      {report.warnings.map((warning) => (
        <Text key={warning} size="xs" mt="xs">
          {warning}
        </Text>
      ))}
      {report.errors.length > 0 && (
        <Table fz="xs" mt="sm" verticalSpacing={4} className={classes.rejects}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={64}>Line</Table.Th>
              <Table.Th>Address in the file</Table.Th>
              <Table.Th>Why it was left out</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {report.errors.slice(0, SHOWN_ERRORS).map(({ line, address, reason, advice }) => (
              <Table.Tr key={line}>
                <Table.Td className="numeric">{count(line)}</Table.Td>
                <Table.Td className="name">{address || '(empty)'}</Table.Td>
                <Table.Td>
                  {sentence(reason)}
                  {advice && `. ${advice}`}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {report.accepted < report.rows && (
        <Text size="xs" c="dimmed" mt="xs">
          {rest > 0 && `${counted(rest, 'more row was', 'more rows were')} left out. `}
          {!mayExport ? (
            'There is no report to download: your role exports no people.'
          ) : (
            <>
              <Anchor href={`${report.report_url}?delimiter=auto`} download fz="xs" underline="always">
                Download the report
              </Anchor>{' '}
              with every row that was left out.
            </>
          )}
        </Text>
      )}
    </section>
  );
}
