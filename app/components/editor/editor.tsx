import { Button, Stack } from '@mantine/core';
import { Form, useRevalidator } from '@remix-run/react';
import { useEffect, useState } from 'react';
import { may, refusal } from '#app/domain/access/roles.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { DraftCheck } from '#app/domain/campaigns/draft-check.ts';
import type { ImportRecord, RunningImport } from '#app/domain/contacts/import-record.ts';
import type { FieldError } from '#app/domain/problem.ts';
import { ApprovalRequest, ApprovedNotice } from '../approval/approval-request.tsx';
import { isApproved, waitsFor } from '../approval/approval-words.ts';
import { useApprovalNews } from '../approval/use-approval-news.ts';
import { PageHeader } from '../page-header.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import { useReader } from '../reader-context.tsx';
import { ScheduleSection } from '../schedule/schedule-section.tsx';
import { useSchedule } from '../schedule/use-schedule.ts';
import { CampaignStatusBadge } from '../status-badge.tsx';
import { useViewer } from '../use-viewer.ts';
import { Checklist } from './checklist.tsx';
import { ContactsSection } from './contacts-section.tsx';
import { ContentSection } from './content-section.tsx';
import type { Country } from './countries.ts';
import { DraftMenu } from './draft-menu.tsx';
import { DraftNotices } from './draft-notices.tsx';
import classes from './editor.module.css';
import { LeaveGuard } from './leave-guard.tsx';
import { ListInWork } from './list-in-work.tsx';
import { NameField } from './name-field.tsx';
import { checklistOf, isReady, type Note } from './readiness.ts';
import reviewClasses from './review.module.css';
import { ReviewSummary } from './review-section.tsx';
import { SaveIndicator } from './save-indicator.tsx';
import { Section } from './section.tsx';
import { SendForm } from './send-form.tsx';
import { SettingsSection } from './settings-section.tsx';
import { TestSend } from './test-send.tsx';
import { type Autosave, useAutosave } from './use-autosave.ts';
import { useContentCheck, useListFacts } from './use-content-check.ts';
import { useDraftNews } from './use-draft-news.ts';

interface Props {
  campaign: CampaignJson;
  imports: ImportRecord[];
  runs: RunningImport[];
  countries: Country[];
  /** The sender of campaigns that name none, where one is configured. */
  defaultSender: string | null;
  check: DraftCheck;
  failed: { error: string; errors: FieldError[]; intent: string } | undefined;
  /** Do messages only go to the sandbox? */
  sandbox: boolean;
  /** Who could approve it, by name. */
  approvers: string[];
}

/** A draft on one page: content, contacts, review. The text is saved as it is typed; without scripts by a button. */
export function Editor({
  campaign: loadedCampaign,
  imports,
  runs,
  countries,
  defaultSender,
  check: loaded,
  failed,
  sandbox,
  approvers,
}: Props) {
  const viewer = useViewer();
  const { now } = useReader();
  const { revalidate } = useRevalidator();
  const autosave = useAutosave(loadedCampaign, viewer);
  const { draft, state, flush, known: campaign, conflicts } = autosave;
  useDraftNews(campaign.id, autosave.revision, autosave.hear);
  const isDraft = campaign.status === 'DRAFT' && !autosave.gone;
  // Of what is no draft any more only the text is left that did not get into it, to be copied.
  const unsaved = state.kind !== 'saved' || conflicts.length > 0;
  // Others' imports, and a channel that changed, come with the page's own data; a draft that was sent would lead away.
  const behind = isDraft && (campaign.total !== loadedCampaign.total || campaign.channel !== loadedCampaign.channel);
  useEffect(() => {
    if (behind) revalidate();
  }, [behind, revalidate]);
  const [uploading, setUploading] = useState(false);
  const [recipientId, setRecipientId] = useState<number | null>(null);
  // The person may be gone with the list.
  const shownFor = campaign.total > 0 ? recipientId : null;
  const { check, current } = useContentCheck(campaign, draft, shownFor, loaded);
  const facts = useListFacts(campaign, check.needed);

  const refused = state.kind === 'failed' ? state.errors : [];
  const notes: Note[] = [...refused.map(({ path, message }) => ({ field: path, message, severity: 'error' as const })), ...check.problems];
  const { schedule, setSchedule, plan, when, before } = useSchedule(loadedCampaign);
  const people = Math.max(0, campaign.pending - facts.suppressed);
  const noWayOut = campaign.channel === 'email' && `${draft.html}${draft.text}`.trim() !== '' && !check.unsubscribes;
  const items = checklistOf({
    channel: campaign.channel,
    draft,
    contacts: campaign.total,
    preparing: campaign.preparing,
    emptying: campaign.emptying,
    defaultSender,
    notes,
    timeError: plan.error?.message ?? null,
    unsaved: unsavedText(autosave),
    warnings: [
      ...(noWayOut ? ['The message has no link to unsubscribe.'] : []),
      ...facts.empty.map(({ name }) => `${name} is empty for some.`),
    ],
  });
  const stateOf = (...keys: string[]) => isReady(items.filter((item) => keys.includes(item.key)));
  const sender = draft.from || defaultSender;
  const { approval } = campaign;
  useApprovalNews(campaign, isDraft && approval !== null, autosave.hear);
  const ready = isReady(items.filter(({ key }) => key !== 'saved')) && people > 0;
  const mayNot = may(viewer, 'campaigns:send') ? null : refusal(viewer, 'campaigns:send');

  return (
    <>
      <PageHeader
        back={{ to: '/', label: 'Campaigns' }}
        title={
          isDraft ? (
            <NameField
              value={draft.name}
              onChange={(value) => autosave.set('name', value)}
              error={notes.find((note) => note.field === 'name')?.message}
            />
          ) : (
            draft.name
          )
        }
        badge={<CampaignStatusBadge status={campaign.status} />}
        actions={
          isDraft && (
            <>
              <SaveIndicator state={state} choosing={conflicts.length > 0} />
              <DraftMenu campaign={campaign} autosave={autosave} />
            </>
          )
        }
      />
      <DraftNotices autosave={autosave} me={viewer.label} />
      <LeaveGuard autosave={autosave} uploading={uploading} />
      {failed && failed.intent !== 'send' && (
        <div className={classes.failed}>
          <ProblemAlert title={failed.error} errors={failed.errors} />
        </div>
      )}
      {state.kind === 'failed' && !state.again && refused.length === 0 && (
        <div className={classes.failed}>
          <ProblemAlert title="The last change is not saved">{state.message}</ProblemAlert>
        </div>
      )}
      <div className={classes.layout}>
        {isDraft && (
          <div className={classes.side}>
            <Checklist items={items} />
          </div>
        )}
        <div className={classes.steps}>
          {(isDraft || unsaved) && (
            <Section
              id="content-section"
              title={isDraft ? 'Content' : 'What was not saved'}
              step={1}
              done={stateOf('from', 'subject', 'body')}
            >
              <Form
                id="content-form"
                method="post"
                onSubmit={(event) => {
                  event.preventDefault();
                  void flush();
                }}
              >
                <input type="hidden" name="intent" value="save" />
                <input type="hidden" name="revision" value={autosave.revision} />
                <ContentSection
                  campaign={campaign}
                  autosave={autosave}
                  notes={notes}
                  check={check}
                  defaultSender={defaultSender}
                  recipientId={shownFor}
                  onRecipient={setRecipientId}
                />
                <Button type="submit" variant="default" mt="md" className="no-script">
                  Save
                </Button>
              </Form>
            </Section>
          )}
          {isDraft && (
            <>
              <Section id="contacts-section" title="Contacts" step={2} done={stateOf('contacts')}>
                {campaign.preparing ? (
                  <ListInWork campaign={campaign} />
                ) : (
                  <ContactsSection {...{ campaign, imports, runs, countries }} onUploading={setUploading} />
                )}
              </Section>
              <Section id="settings-section" title="Settings" step={3} done>
                <SettingsSection campaign={campaign} autosave={autosave} />
              </Section>
              <Section id="schedule-section" title="Schedule" step={4} done={plan.error === null}>
                <ScheduleSection schedule={schedule} onChange={setSchedule} plan={plan} before={before} />
              </Section>
              <Section
                id="review-section"
                title="Review and send"
                step={5}
                done={false}
                aside={<SaveIndicator state={state} choosing={conflicts.length > 0} quiet />}
              >
                <Stack gap={0}>
                  <ReviewSummary
                    campaign={campaign}
                    subject={current ? (check.subject ?? draft.subject) : draft.subject}
                    subjectOf={current && check.subject && /\{[{%]/.test(draft.subject) ? (check.recipient?.address ?? null) : null}
                    sender={sender}
                    when={when}
                    items={items}
                    facts={facts}
                    unsubscribes={check.unsubscribes}
                    sms={
                      campaign.channel === 'sms'
                        ? { text: current ? (check.text ?? draft.text) : draft.text, segments: check.sms?.segments ?? 0 }
                        : null
                    }
                    people={people}
                    sandbox={sandbox}
                  />
                  {approval && isApproved(approval, now) && <ApprovedNotice approval={approval} />}
                  <div className={reviewClasses.foot}>
                    <TestSend
                      campaignId={campaign.id}
                      channel={campaign.channel}
                      own={viewer.email}
                      disabled={!stateOf('from', 'subject', 'body')}
                      recipientId={shownFor}
                      contacts={campaign.total}
                      flush={flush}
                    />
                    {approval && waitsFor(approval, viewer.role) && !isApproved(approval, now) ? (
                      <ApprovalRequest
                        {...{ campaignId: campaign.id, approval, approvers, autosave, people, ready, mayNot, schedule }}
                        planned={schedule.later ? when : null}
                      />
                    ) : (
                      <SendForm
                        campaignId={campaign.id}
                        autosave={autosave}
                        people={people}
                        ready={ready}
                        mayNot={mayNot}
                        schedule={schedule}
                        planned={schedule.later ? when : null}
                        sandbox={sandbox}
                        failed={failed?.intent === 'send' ? failed : undefined}
                      />
                    )}
                  </div>
                </Stack>
              </Section>
            </>
          )}
        </div>
      </div>
    </>
  );
}

/** What keeps the text from being saved, for the checklist; null while it is saved or on its way. */
function unsavedText({ state, conflicts }: Autosave): string | null {
  if (conflicts.length > 0) return 'Somebody else changed the same text. Choose between the two.';
  if (state.kind !== 'failed') return null;
  if (!state.again) return state.message;
  return state.signedOut ? 'You are signed out. Sign in beside this page.' : 'The server is out of reach. It is saved by itself later.';
}
