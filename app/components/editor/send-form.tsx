import { Button, Checkbox, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { Form, Link, useNavigate } from '@remix-run/react';
import { IconCalendarClock, IconSend } from '@tabler/icons-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { FieldError } from '#app/domain/problem.ts';
import { useNumbers } from '../number.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import type { Schedule } from '../schedule/plan.ts';
import { SEND_FORM } from '../schedule/schedule-section.tsx';
import { SIGN_IN_BESIDE } from '../signed-in-again.ts';
import classes from './review.module.css';
import { type SendOrder, sendDraft } from './save-draft.ts';
import type { Autosave } from './use-autosave.ts';

interface Props {
  campaignId: number;
  autosave: Autosave;
  /** Who would be sent to now, without those who are never sent to. */
  people: number;
  ready: boolean;
  mayNot: string | null;
  schedule: Schedule;
  /** When it goes out, in words; null: as soon as it is sent. */
  planned: string | null;
  /** Do messages only go to the sandbox? */
  sandbox: boolean;
  /** What a form without scripts was told. */
  failed: { error: string; errors: FieldError[] } | undefined;
}

interface Refused {
  title: string;
  text: string;
  errors?: FieldError[];
  /** It is no draft any more: the page where it is. */
  live?: boolean;
  signIn?: boolean;
  /** True no more once all is saved. */
  untilSaved?: boolean;
}

/** The one button that cannot be taken back: it asks once, with the number, and names the revision on the screen. What went wrong stands beside it. */
export function SendForm({ campaignId, autosave, people, ready, mayNot, schedule, planned, sandbox, failed }: Props) {
  const { counted } = useNumbers();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [said, setRefused] = useState<Refused | 'unsaved' | null>(
    failed ? { title: 'Nothing was sent', text: failed.error, errors: failed.errors } : null,
  );
  const allSaved = autosave.state.kind === 'saved' && autosave.conflicts.length === 0;
  useEffect(() => {
    if (allSaved) setRefused((now) => (now !== 'unsaved' && now?.untilSaved ? null : now));
  }, [allSaved]);
  /** One key for one order: a press whose answer was lost is answered again. */
  const pressed = useRef<{ order: string; key: string } | null>(null);
  const latest = useRef(autosave);
  latest.current = autosave;
  const who = counted(people, 'person', 'people');
  const verb = planned ? 'scheduled' : 'sent';
  // Why it was not saved is known here only once it is rendered: the promise of the save comes back before that.
  const refused = said === 'unsaved' ? { ...unsaved(autosave, verb), untilSaved: true } : said;
  if (said === 'unsaved') setRefused(refused);

  const sending = useRef(false);

  const send = async (order: SendOrder) => {
    // A double click on the dialog's button is one press.
    if (sending.current) return;
    sending.current = true;
    setBusy(true);
    const name = JSON.stringify(order);
    if (pressed.current?.order !== name) pressed.current = { order: name, key: newKey() };
    const answer = await sendDraft(campaignId, order, pressed.current.key);
    sending.current = false;
    setBusy(false);
    if (answer.kind === 'ok') return navigate(`/campaigns/${campaignId}`, { state: { sent: true } });
    latest.current.hear();
    if (answer.kind === 'signed-out') {
      setRefused({
        title: `Not ${verb}: you are signed out`,
        text: 'Sign in again in a new tab, then press the button again.',
        signIn: true,
      });
    } else if (answer.kind === 'refused') {
      pressed.current = null;
      const live = answer.status === 409 && answer.message.includes('A campaign that is');
      setRefused({ title: live ? 'It is no draft any more' : `Not ${verb}`, text: answer.message, errors: answer.errors, live });
    } else {
      setRefused({
        title: 'No answer',
        text: `The connection was lost, so nobody knows yet whether it was ${verb}. Press the button again when it is back: it is not ${verb} twice.`,
      });
    }
  };

  const ask = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setRefused(null);
    setBusy(true);
    // What is sent is what stands in the database.
    const saved = await autosave.flush();
    setBusy(false);
    if (!saved) return setRefused('unsaved');
    const { revision } = latest.current;
    const order = { revision, ...(schedule.later && { scheduled_at: schedule.at, time_zone: schedule.timeZone }) };
    modals.openConfirmModal({
      title: planned ? `Schedule for ${who}?` : `Send to ${who} now?`,
      children: (
        <>
          <Text size="sm">
            <strong className="name">{autosave.draft.name}</strong>{' '}
            {planned
              ? `goes out on ${planned}. Until then you can unschedule it; content and list are fixed meanwhile.`
              : 'goes out at once. You can pause it on the next page, but messages that have left cannot be called back.'}
          </Text>
          {sandbox && (
            <Text size="sm" mt="xs">
              The sandbox stands in for the providers: nobody gets a real message.
            </Text>
          )}
        </>
      ),
      labels: { confirm: planned ? `Schedule for ${who}` : `Send to ${who}`, cancel: 'Not yet' },
      onConfirm: () => void send(order),
    });
  };

  return (
    <Form id={SEND_FORM} method="post" onSubmit={(event) => void ask(event)} className={classes.send}>
      <input type="hidden" name="intent" value="send" />
      <input type="hidden" name="revision" value={autosave.revision} />
      <div className="no-script">
        <Checkbox name="confirmed" label={`Yes, send to ${who}, now or at the time above`} mb="xs" />
      </div>
      <div aria-live="polite" className={classes.refused}>
        {refused && (
          <ProblemAlert
            title={refused.title}
            errors={refused.errors && refused.errors.length > 1 ? refused.errors : undefined}
            actions={
              (refused.live || refused.signIn) && (
                <>
                  {refused.live && (
                    <Button component={Link} to={`/campaigns/${campaignId}`} size="xs">
                      Go to the campaign
                    </Button>
                  )}
                  {refused.signIn && (
                    <Button component="a" href={SIGN_IN_BESIDE} target="_blank" size="xs">
                      Sign in, in a new tab
                    </Button>
                  )}
                </>
              )
            }
          >
            {refused.text}
          </ProblemAlert>
        )}
      </div>
      <Button
        type="submit"
        size="md"
        leftSection={planned ? <IconCalendarClock size={17} aria-hidden /> : <IconSend size={17} aria-hidden />}
        disabled={!ready || mayNot !== null}
        loading={busy}
      >
        {planned ? `Schedule for ${who}` : people > 0 ? `Send to ${who} now` : 'Send now'}
      </Button>
      {mayNot && (
        <Text size="xs" c="dimmed">
          {mayNot}
        </Text>
      )}
    </Form>
  );
}

function unsaved({ state, conflicts, known, gone }: Autosave, verb: string): Refused {
  if (gone || known.status !== 'DRAFT') return { title: 'It is no draft any more', text: `It was not ${verb} from here.`, live: !gone };
  if (conflicts.length > 0)
    return { title: `Not ${verb}`, text: 'Somebody else changed the same text. Choose between the two above, then go on.' };
  if (state.kind === 'failed' && state.signedOut) {
    return {
      title: `Not ${verb}: you are signed out`,
      text: 'Your text is kept here. Sign in again in a new tab, then press the button again.',
      signIn: true,
    };
  }
  if (state.kind === 'failed' && !state.again) return { title: `Not ${verb}`, text: `The last change is not saved: ${state.message}` };
  return {
    title: `Not ${verb}`,
    text: 'The last change is not saved yet, since the server cannot be reached. It is saved by itself; try again then.',
  };
}

/** crypto.randomUUID is there on HTTPS and localhost only. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
