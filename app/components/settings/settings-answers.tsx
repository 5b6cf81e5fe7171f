import type { StackProps } from '@mantine/core';
import type { ReactNode, RefObject } from 'react';
import { Answers } from '../answers.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import type { SettingsAnswer } from './settings-answer.ts';

interface Props extends Pick<StackProps, 'mb'> {
  answer: SettingsAnswer<{ said?: string }> | undefined;
  /** Forms of the page that tell by themselves what is wrong with a field of theirs. */
  fields?: readonly string[];
  /** What there is to do now, where nothing is said of it. */
  next?: RefObject<HTMLElement | null>;
  /** What else came of it. */
  children?: ReactNode;
}

/** What came of a settings page's forms. */
export function SettingsAnswers({ answer, fields = [], next, children, mb }: Props) {
  const problem = answer?.problem;
  const said = answer?.result?.said;
  return (
    <Answers answer={answer} mb={answer ? mb : 0} {...(next && { next })}>
      {problem && (problem.errors.length === 0 || !fields.includes(answer.intent)) && (
        <ProblemAlert title="That did not work">{problem.detail}</ProblemAlert>
      )}
      {said && <ProblemAlert kind="success" title={said} />}
      {children}
    </Answers>
  );
}
