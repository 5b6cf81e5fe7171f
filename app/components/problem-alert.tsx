import { Alert, List, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import { Children, Fragment, type ReactNode } from 'react';
import type { FieldError } from '#app/domain/problem.ts';
import classes from './problem-alert.module.css';

const looks = { error: IconAlertTriangle, warning: IconAlertTriangle, info: IconInfoCircle, success: IconCircleCheck };
const tones = { error: 'red', warning: 'amber', info: 'blue', success: 'green' } as const;

interface Props {
  /** What happened, in a few words. */
  title?: ReactNode;
  /** Why, and what to do next. */
  children?: ReactNode;
  kind?: keyof typeof looks;
  errors?: FieldError[] | undefined;
  actions?: ReactNode;
  /** A code for support; stands beside the sentence, never in it. */
  code?: string | undefined;
}

/** Tells what happened, why, and what to do. Errors and warnings are read out at once. */
export function ProblemAlert({ title, children, kind = 'error', errors, actions, code }: Props) {
  const Icon = looks[kind];
  return (
    <Alert
      className={classes.root}
      data-tone={tones[kind]}
      icon={<Icon size={18} stroke={1.8} aria-hidden />}
      role={kind === 'error' || kind === 'warning' ? 'alert' : 'status'}
      title={title === undefined ? undefined : <Fragment key={wordsOf(title)}>{title}</Fragment>}
      classNames={{ icon: classes.icon, body: classes.body, title: classes.title, message: classes.message }}
    >
      {children !== undefined && <div key={wordsOf(children)}>{children}</div>}
      {errors && errors.length > 0 && (
        <List size="sm" mt={4}>
          {errors.map((error) => (
            <List.Item key={`${error.path} ${error.message}`}>{error.message}</List.Item>
          ))}
        </List>
      )}
      {code && (
        <Text size="xs" c="dimmed" mt={4} ff="monospace">
          {code}
        </Text>
      )}
      {actions && <div className={classes.actions}>{actions}</div>}
    </Alert>
  );
}

/**
 * What is said changes while one looks. Where the browser translates the page it has put its own words in the place of ours, and React would
 * go on writing into text that nobody sees: other words are another element.
 */
function wordsOf(said: ReactNode): string {
  return Children.toArray(said)
    .filter((part) => typeof part === 'string' || typeof part === 'number')
    .join('');
}
