import { may } from '#app/domain/access/roles.ts';
import { ConfirmButton } from '../settings/confirm-button.tsx';
import { useViewer } from '../use-viewer.ts';

/** Puts a person on the suppression list from where they are looked at; for whoever may change it. */
export function NeverSend({ address }: { address: string }) {
  if (!may(useViewer(), 'suppressions:write')) return null;
  return (
    <ConfirmButton
      label="Never send to them"
      name={address}
      question="Never send to them?"
      confirm="Never send to them"
      fields={{ intent: 'suppress', address }}
    >
      No campaign sends to <strong className="name">{address}</strong> from then on, also none that is being sent. It can be undone on the
      page Suppressions.
    </ConfirmButton>
  );
}
