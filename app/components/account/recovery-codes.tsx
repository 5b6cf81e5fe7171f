import { Button, Group } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { CopyValue } from '../copy-value.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import classes from './second-factor.module.css';

/** Ten codes that are kept nowhere where they could be read again. */
export function RecoveryCodes({ codes, title }: { codes: string[]; title: string }) {
  const text = codes.join('\n');
  return (
    <ProblemAlert kind="success" title={title}>
      <p className={classes.words}>
        Each of these recovery codes signs you in once, when your phone is not at hand. Keep them where the phone is not. They are shown
        this once only.
      </p>
      <ul className={classes.codes} aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Group gap="xs" mt="sm">
        <CopyValue value={text} />
        <Button
          component="a"
          size="compact-sm"
          variant="default"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(`Recovery codes of Rollcall, each for one sign-in\n\n${text}\n`)}`}
          download="rollcall-recovery-codes.txt"
          leftSection={<IconDownload size={14} aria-hidden />}
        >
          Download
        </Button>
      </Group>
    </ProblemAlert>
  );
}
