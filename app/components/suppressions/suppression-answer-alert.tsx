import { ProblemAlert } from '../problem-alert.tsx';
import { ImportAnswer } from './import-answer.tsx';
import type { SuppressionAnswer } from './suppression-answer.ts';

/** What became of the last form. */
export function SuppressionAnswerAlert({ answer }: { answer: SuppressionAnswer }) {
  switch (answer.kind) {
    case 'added':
      return (
        <ProblemAlert kind="success">
          No campaign sends to <strong className="name">{answer.address}</strong> from now on.
        </ProblemAlert>
      );
    case 'removed':
      return (
        <ProblemAlert kind="success">
          {answer.still ? (
            <>
              The reason is off. <strong className="name">{answer.address}</strong> stays on the list for others.
            </>
          ) : (
            <>
              <strong className="name">{answer.address}</strong> is off the list.
            </>
          )}
        </ProblemAlert>
      );
    case 'imported':
      return <ImportAnswer channel={answer.channel} report={answer.report} />;
    case 'refused':
      return <ProblemAlert title="Nothing was changed">{answer.detail}</ProblemAlert>;
  }
}
