import { Button } from '@mantine/core';
import { Link } from '@remix-run/react';
import { type CampaignJson, statusLabels } from '#app/domain/campaigns/campaign.ts';
import { changesText, fieldsText, fieldWords } from '#app/domain/campaigns/draft-changes.ts';
import { ProblemAlert } from '../problem-alert.tsx';
import { useNow } from '../reader-context.tsx';
import { RelativeTime } from '../relative-time.tsx';
import { SIGN_IN_BESIDE } from '../signed-in-again.ts';
import type { DraftField } from './draft.ts';
import classes from './draft-notices.module.css';
import type { Autosave } from './use-autosave.ts';

const EVERY_MS = 10_000;

/** What happened to this draft beside what is typed here: others changed it, sent it, or the text could not be saved. Sticks to the top. */
export function DraftNotices({ autosave, me }: { autosave: Autosave; me: string }) {
  const { state, conflicts, told, kept, known, gone } = autosave;
  const notices = [
    gone || known.status !== 'DRAFT' ? <NoDraft key="no-draft" autosave={autosave} me={me} /> : null,
    state.kind === 'failed' && state.signedOut ? <SignedOut key="signed-out" /> : null,
    ...conflicts.map((conflict) => <Choice key={conflict.field} conflict={conflict} autosave={autosave} me={me} />),
    kept ? <Kept key="kept" autosave={autosave} /> : null,
    told.length > 0 && known.status === 'DRAFT' && !gone ? <Told key="told" autosave={autosave} me={me} /> : null,
  ].filter(Boolean);
  return (
    <div className={classes.notices} data-shown={notices.length > 0 || undefined}>
      {notices}
    </div>
  );
}

function SignedOut() {
  return (
    <ProblemAlert
      kind="warning"
      title="You are signed out"
      actions={
        <Button component="a" href={SIGN_IN_BESIDE} target="_blank" size="xs">
          Sign in, in a new tab
        </Button>
      }
    >
      What you write is kept here and is saved by itself once you are signed in again.
    </ProblemAlert>
  );
}

const who = (name: string | null, me: string) => (name === null ? 'Somebody' : name === me ? 'You, in another tab,' : name);
const asMine = (changes: Autosave['told'], me: string) =>
  changes.map((change) => ({ ...change, changed_by: change.changed_by && who(change.changed_by, me) }));

function Told({ autosave: { told, dismiss }, me }: { autosave: Autosave; me: string }) {
  const now = useNow(EVERY_MS);
  const texts = told.filter(({ field }) => field !== 'recipients');
  return (
    <ProblemAlert
      kind="info"
      title={changesText(asMine(told, me), Math.max(now, Date.parse(told[0]?.changed_at ?? '')))}
      actions={
        <>
          <Button size="xs" variant="default" component="a" href={texts.length > 0 ? '#content-section' : '#contacts-section'}>
            See it
          </Button>
          <Button size="xs" variant="subtle" color="gray" onClick={dismiss}>
            All right
          </Button>
        </>
      }
    >
      {texts.length > 0 ? 'The page shows it as it is now. What you wrote yourself stays.' : 'The numbers on this page are the new ones.'}
    </ProblemAlert>
  );
}

function Choice({ conflict, autosave, me }: { conflict: Autosave['conflicts'][number]; autosave: Autosave; me: string }) {
  const { field, theirs, changedBy, changedAt } = conflict;
  const shown = theirs.trim() === '' ? 'It is empty there.' : theirs.length > 200 ? `${theirs.slice(0, 200)} …` : theirs;
  return (
    <ProblemAlert
      kind="warning"
      title={
        <>
          {who(changedBy, me)} changed {fieldWords(field)} too
          {changedAt && (
            <>
              , <RelativeTime at={changedAt} />
            </>
          )}
        </>
      }
      actions={
        <>
          <Button size="xs" variant="default" onClick={() => autosave.choose(field, 'theirs')}>
            Take theirs
          </Button>
          <Button size="xs" variant="default" onClick={() => autosave.choose(field, 'mine')}>
            Keep mine
          </Button>
        </>
      }
    >
      Yours is in the field and not saved yet. Theirs: <q className={`name ${classes.theirs}`}>{shown}</q>
    </ProblemAlert>
  );
}

function Kept({ autosave: { kept, restore, forget } }: { autosave: Autosave }) {
  const fields = Object.keys(kept?.fields ?? {}) as DraftField[];
  return (
    <ProblemAlert
      kind="info"
      title={
        <>
          Unsaved text from <RelativeTime at={new Date(kept?.at ?? 0).toISOString()} />
        </>
      }
      actions={
        <>
          <Button size="xs" onClick={restore}>
            Put it back
          </Button>
          <Button size="xs" variant="default" onClick={forget}>
            Discard it
          </Button>
        </>
      }
    >
      You changed {fieldsText(fields)} here before, and it could not be saved then. It is kept in this browser only.
    </ProblemAlert>
  );
}

const acts: Partial<Record<CampaignJson['status'], string>> = { SCHEDULED: 'scheduled', SENDING: 'being sent' };

function NoDraft({ autosave: { known, gone, state, conflicts }, me }: { autosave: Autosave; me: string }) {
  const unsaved = state.kind !== 'saved' || conflicts.length > 0;
  const keep = unsaved ? ' What you wrote last is not in it; copy it from here if you need it.' : '';
  if (gone) {
    return (
      <ProblemAlert
        kind="warning"
        title="This draft was deleted"
        actions={
          <Button component={Link} to="/" size="xs">
            Go to campaigns
          </Button>
        }
      >
        Somebody removed it with its contacts.{keep}
      </ProblemAlert>
    );
  }
  const by = known.started_by ? ` ${known.started_by === me ? 'You' : known.started_by} started it.` : '';
  return (
    <ProblemAlert
      kind="warning"
      title={`This campaign is ${acts[known.status] ?? statusLabels[known.status].toLowerCase()}`}
      actions={
        <Button component={Link} to={`/campaigns/${known.id}`} size="xs">
          {known.status === 'SCHEDULED' ? 'See when it goes out' : 'See how it goes'}
        </Button>
      }
    >
      It is no draft any more and cannot be changed here.{by}
      {keep}
    </ProblemAlert>
  );
}
