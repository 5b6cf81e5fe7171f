import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { Channel } from '#app/domain/channel.ts';
import { toCell } from '#app/domain/csv-cell.ts';
import type { RejectedSuppression, SuppressionImport } from '#app/domain/suppressions/import-report.ts';
import { useNumbers } from '../number.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import classes from './suppressions.module.css';

const SHOWN = 10;

/** What became of a file: how many, and each row that did not come onto the list, with its line and why. */
export function ImportAnswer({ channel, report }: { channel: Channel; report: SuppressionImport }) {
  const { rows, added, known, rejected, warnings, errors } = report;
  const { counted } = useNumbers();
  const more = rejected - Math.min(errors.length, SHOWN);
  return (
    <ProblemAlert
      kind={rejected === 0 && warnings.length === 0 ? 'success' : 'warning'}
      title={`${channel === 'sms' ? counted(added, 'number', 'numbers') : counted(added, 'address', 'addresses')} added`}
      errors={warnings.map((message) => ({ path: '', message }))}
    >
      Of {counted(rows, 'row', 'rows')} in the file, {counted(known, 'was', 'were')} on the list already or twice in the file, and{' '}
      {counted(rejected, 'was', 'were')} not taken.
      {errors.length > 0 && (
        <>
          <ul className={classes.rejects} aria-label="Rows that were not taken">
            {errors.slice(0, SHOWN).map(({ line, address, reason, advice }) => (
              <li key={line}>
                Line {line}: {address && <strong className="name">{address}</strong>} {address && '· '}
                {advice ?? sentences[reason]}
              </li>
            ))}
            {more > 0 && <li>And {counted(more, 'row more', 'rows more')}.</li>}
          </ul>
          <Button mt="xs" size="xs" variant="default" leftSection={<IconDownload size={15} aria-hidden />} onClick={() => save(errors)}>
            {rejected > errors.length ? `Download the first ${counted(errors.length, 'row', 'rows')}` : 'Download these rows'}
          </Button>
        </>
      )}
    </ProblemAlert>
  );
}

const sentences: Record<RejectedSuppression['reason'], string> = {
  'no address': 'The address is missing.',
  'not a valid address': 'This is not an email address.',
  'not a valid phone number': 'This is not a phone number.',
  'could be a number of two countries': 'This could be a number of two countries.',
  'may be written to': 'The file says that they are subscribed.',
};

/** Corrected, it can be imported again: what is not ours in it is the file's own reason. */
function save(errors: readonly RejectedSuppression[]) {
  const lines = [
    ['line', 'address', 'reason', 'file_reason'],
    ...errors.map(({ line, address, reason, advice, file_reason }) => [
      line,
      address,
      advice ? `${reason}: ${advice}` : reason,
      file_reason,
    ]),
  ].map((cells) => cells.map((cell) => quoted(toCell(cell))).join(','));
  const url = URL.createObjectURL(new Blob([`\ufeff${lines.join('\r\n')}\r\n`], { type: 'text/csv' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: 'suppressions-not-taken.csv' });
  link.click();
  URL.revokeObjectURL(url);
}

const quoted = (cell: string | number | null) => {
  const text = String(cell ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
