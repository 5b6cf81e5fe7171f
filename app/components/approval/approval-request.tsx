import { Button, Checkbox, Stack, Text } from '@mantine/core';
import { Link, useFetcher } from '@remix-run/react';
import { IconUserCheck } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { ApprovalJson } from '#app/domain/campaigns/approval.ts';
import type { FieldError } from '#app/domain/problem.ts';
import { useNumbers } from '../number.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import { ClockTime, RelativeTime } from '../relative-time.tsx';
import type { Schedule } from '../schedule/plan.ts';
import classes from './approval.module.css';
import { anyOf } from './approval-words.ts';

interface Props {
  campaignId: number;
  approval: ApprovalJson;
  /** Names of who could approve it, without oneself and all who made or changed it. */
  approvers: readonly string[];
  /** The editor's: what is asked for is saved first. */
  autosave: { flush(): Promise<boolean>; revision: number };
  people: number;
  ready: boolean;
  mayNot: string | null;
  schedule: Schedule;
  /** When it goes out, in words; null: at once. */
  planned: string | null;
}

/** In the place of Send, where somebody else has to approve: asks, tells who was asked, and why an approval counts no more. */
export function ApprovalRequest({ campaignId, approval, approvers, autosave, people, ready, mayNot, schedule, planned }: Props) {
  const { counted } = useNumbers();
  const fetcher = useFetcher<{ error?: string; errors?: FieldError[] }>();
  const [send, setSend] = useState(true);
  const [unsaved, setUnsaved] = useState(false);
  const latest = useRef(autosave);
  latest.current = autosave;
  const busy = fetcher.state !== 'idle';
  const action = `/campaigns/${campaignId}/edit`;
  const error = fetcher.state === 'idle' ? fetcher.data?.error : undefined;

  const ask = async () => {
    setUnsaved(false);
    // What is asked for is what stands in the database.
    if (!(await autosave.flush())) return setUnsaved(true);
    const form: Record<string, string> = { intent: 'ask', revision: String(latest.current.revision) };
    if (send) form.send = 'on';
    if (schedule.later) Object.assign(form, { scheduled_at: schedule.at, time_zone: schedule.timeZone });
    fetcher.submit(form, { method: 'post', action });
  };

  return (
    <section aria-label="Approval" className={classes.request}>
      <Stack gap="sm" aria-live="polite">
        {error && <ProblemAlert title="Nobody was asked">{error}</ProblemAlert>}
        {unsaved && (
          <ProblemAlert title="Nobody was asked">
            The last change is not saved yet, or waits for your choice above. Then ask again.
          </ProblemAlert>
        )}
        <ApprovalNotice approval={approval} approvers={approvers} campaignId={campaignId} />
      </Stack>
      {approval.state === 'waiting' ? (
        <fetcher.Form method="post" action={action}>
          <input type="hidden" name="hash" value={approval.hash ?? ''} />
          <Button type="submit" name="intent" value="take-back" variant="default" loading={busy} disabled={mayNot !== null}>
            Take it back
          </Button>
        </fetcher.Form>
      ) : (
        <fetcher.Form
          method="post"
          action={action}
          className={classes.ask}
          onSubmit={(event) => {
            event.preventDefault();
            void ask();
          }}
        >
          <input type="hidden" name="intent" value="ask" />
          <input type="hidden" name="revision" value={autosave.revision} />
          <Checkbox
            name="send"
            checked={send}
            onChange={(event) => setSend(event.currentTarget.checked)}
            label={planned ? 'Schedule it as soon as it is approved' : 'Send it as soon as it is approved'}
            description={planned ? `For ${planned}. Not approved by then, it does not go out.` : undefined}
          />
          <Button
            type="submit"
            size="md"
            leftSection={<IconUserCheck size={17} aria-hidden />}
            loading={busy}
            disabled={!ready || mayNot !== null || approvers.length === 0}
          >
            Ask to send to {counted(people, 'person', 'people')}
          </Button>
          {mayNot && (
            <Text size="xs" c="dimmed">
              {mayNot}
            </Text>
          )}
        </fetcher.Form>
      )}
    </section>
  );
}

/** How it stands with the approval, in words. */
function ApprovalNotice({ approval, approvers, campaignId }: Pick<Props, 'approval' | 'approvers' | 'campaignId'>) {
  const who = anyOf(approvers);
  if (approval.state === 'waiting') {
    return (
      <ProblemAlert
        kind="info"
        title={
          <>
            Waits for approval: {approval.asked_by} asked {approval.asked_at && <RelativeTime at={approval.asked_at} />}
          </>
        }
        actions={
          <Button component={Link} to={`/campaigns/${campaignId}/approval`} size="xs" variant="default">
            See what they see
          </Button>
        }
      >
        {approvers.length > 0 ? `It was told to everybody who may: ${who}. ` : ''}
        {approval.send ? 'Once approved it goes out as planned. ' : ''}Any change withdraws it.
      </ProblemAlert>
    );
  }
  const nobody = approvers.length === 0 && (
    <ProblemAlert kind="warning" title="Nobody else can approve it">
      That takes an administrator or marketer who has changed nothing in it. An administrator can invite one, or change the rule under
      Settings, Approval.
    </ProblemAlert>
  );
  return (
    <>
      {approval.state === 'declined' && (
        <ProblemAlert kind="warning" title={`${approval.declined_by} did not approve it`}>
          {approval.note ? <q className="name">{approval.note}</q> : 'They left no word why.'}
        </ProblemAlert>
      )}
      {approval.state === 'withdrawn' && (
        <ProblemAlert kind="warning" title="The approval is withdrawn">
          {approval.withdrawn_why} Ask again when it is as you want it.
        </ProblemAlert>
      )}
      {approval.state === 'approved' && (
        <ProblemAlert kind="warning" title="The approval is over">
          {approval.approved_by} approved it, but it did not go out in time. Ask again.
        </ProblemAlert>
      )}
      {nobody}
      <Text size="sm" c="dimmed">
        {approval.why} {approvers.length > 0 && `${who} can approve it.`}
      </Text>
    </>
  );
}

/** It may go now, as it is. */
export function ApprovedNotice({ approval }: { approval: ApprovalJson }) {
  return (
    <div className={classes.approved}>
      <ProblemAlert kind="success" title={`${approval.approved_by} approved it`}>
        It can go out as it is until {approval.valid_until && <ClockTime at={approval.valid_until} />}. Any change withdraws the approval.
      </ProblemAlert>
    </div>
  );
}
