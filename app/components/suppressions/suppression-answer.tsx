import type { SuppressionAnswer } from '#app/suppression-actions.server.ts';
import { useNumbers } from '../number.tsx';
import { ProblemAlert } from '../problem-alert.tsx';

/** What became of the last form. */
export function SuppressionAnswerAlert({ answer }: { answer: SuppressionAnswer }) {
  const { counted } = useNumbers();
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
    case 'imported': {
      const { rows, added, known, rejected } = answer.report;
      return (
        <ProblemAlert kind={added > 0 || rejected === 0 ? 'success' : 'warning'} title={`${counted(added, 'address', 'addresses')} added`}>
          Of {counted(rows, 'row', 'rows')} in the file, {counted(known, 'was', 'were')} on the list already or twice in the file, and{' '}
          {counted(rejected, 'had', 'had')} no valid address.
        </ProblemAlert>
      );
    }
    case 'refused':
      return <ProblemAlert title="Nothing was changed">{answer.detail}</ProblemAlert>;
  }
}
