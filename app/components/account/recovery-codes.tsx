import { Button, CopyButton, Group } from '@mantine/core';
import { IconCheck, IconCopy, IconDownload } from '@tabler/icons-react';
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
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              className="needs-script"
              size="compact-sm"
              onClick={copy}
              leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
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
