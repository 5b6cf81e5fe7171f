import { Button } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import { IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import type { RetryPreview, RetryReason } from '#app/domain/campaigns/retry-rules.ts';
import { NOT_TRIED, OUTCOME_UNKNOWN } from '#app/domain/campaigns/retry-rules.ts';
import { useNumbers } from '../number.tsx';
import { useHydrated } from '../use-hydrated.ts';
import { ReasonChoice } from './reason-choice.tsx';
import classes from './retry.module.css';
import { RetryUntil } from './retry-until.tsx';

interface Props {
  preview: RetryPreview;
  /** Of whom nobody may know whether they got the message: "SendGrid". */
  provider: string;
  /** The campaign's path. */
  path: string;
}

/** The choice of whom a retry sends to: by reason, with the number on the one button that does it. */
export function RetryForm({ preview, provider, path }: Props) {
  const { counted, count } = useNumbers();
  const { state, formAction } = useNavigation();
  // Without scripts the number does not follow the choice.
  const hydrated = useHydrated();
  const [chosen, setChosen] = useState(
    () => new Set(preview.by_reason.filter((reason) => reason.retry_by_default).map(({ code }) => code)),
  );
  const toggle = (code: string, on: boolean) =>
    setChosen((before) => {
      const next = new Set(before);
      if (on) next.add(code);
      else next.delete(code);
      return next;
    });
  const retried = preview.by_reason.reduce((sum, { code, count }) => sum + (chosen.has(code) ? count : 0), 0);
  const all = preview.by_reason.reduce((sum, { count }) => sum + count, 0);
  const unknown = preview.by_reason.filter(({ code }) => code === OUTCOME_UNKNOWN);
  const known = preview.by_reason.filter(({ code }) => code !== OUTCOME_UNKNOWN);
  const usual = known.filter((reason) => reason.retry_by_default);
  const left = known.filter((reason) => !reason.retry_by_default);
  const suppressed = preview.excluded.find(({ code }) => code === 'suppressed');
  const choice = (reason: RetryReason) => (
    <ReasonChoice
      key={reason.code}
      reason={reason}
      path={path}
      checked={chosen.has(reason.code)}
      onChange={reason.code === NOT_TRIED ? null : (on) => toggle(reason.code, on)}
    />
  );

  return (
    <Form method="post" className={classes.form}>
      <p className={classes.intro}>
        Only the recipients that you choose are sent to. Message and list stay as they were. Nobody whose message {provider} accepted gets
        it again.
      </p>
      {usual.length > 0 && (
        <fieldset className={classes.group}>
          <legend>Sent to again</legend>
          <p className={classes.why}>
            {usual.every(({ code }) => code === NOT_TRIED)
              ? 'Sending stopped before they were done.'
              : 'For these the reason may have passed.'}
          </p>
          <ul className={classes.reasons}>{usual.map(choice)}</ul>
        </fieldset>
      )}
      {unknown.length > 0 && (
        <fieldset className={classes.group}>
          <legend>May have arrived</legend>
          <p className={classes.why}>
            {provider} never said whether it took {unknown[0]?.count === 1 ? 'this message' : 'these messages'}. Who got it the first time
            would get it twice. You can also look at each and say what happened.
          </p>
          <ul className={classes.reasons}>{unknown.map(choice)}</ul>
        </fieldset>
      )}
      {left.length > 0 && (
        <fieldset className={classes.group}>
          <legend>Left out unless you choose them</legend>
          <p className={classes.why}>These would fail again as long as nothing was corrected.</p>
          <ul className={classes.reasons}>{left.map(choice)}</ul>
        </fieldset>
      )}
      {suppressed && (
        <p className={classes.never} suppressHydrationWarning>
          {counted(suppressed.count, 'recipient', 'recipients')} on the suppression list {suppressed.count === 1 ? 'is' : 'are'} never sent
          to.
        </p>
      )}
      <footer className={classes.foot}>
        <Button
          type="submit"
          size="md"
          fullWidth
          leftSection={<IconRefresh size={17} stroke={1.9} aria-hidden />}
          disabled={hydrated && retried === 0}
          loading={state !== 'idle' && formAction === `${path}/retry`}
        >
          <span className="needs-script numeric" translate="no" suppressHydrationWarning>
            {retried === 0 ? 'Nobody is chosen' : `Retry ${counted(retried, 'recipient', 'recipients')}`}
          </span>
          <span className="no-script">Retry the chosen recipients</span>
        </Button>
        {hydrated && retried > 0 && retried < all && (
          <p className={classes.cost} translate="no">
            {counted(all - retried, 'other is', 'others are')} left out
            {preview.retries_left === 1 ? ', and there is no round after this one' : ', and can be sent to in another round'}.
          </p>
        )}
        <p className={classes.cost} translate="no" suppressHydrationWarning>
          {preview.retries_left === 1 ? 'This is the last retry round' : `Uses 1 of ${count(preview.retries_left)} retry rounds left`}
          {retried < all && ', whoever you choose'}.
        </p>
        {preview.retry_until && (
          <p className={classes.cost}>
            <RetryUntil at={preview.retry_until} />
          </p>
        )}
      </footer>
    </Form>
  );
}
