import { Button, Paper, Select, Skeleton, Text, Title } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { may, refusal } from '#app/domain/access/roles.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { HiddenPictures } from '../hidden-pictures.tsx';
import { useNumbers } from '../number.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import { useViewer } from '../use-viewer.ts';
import classes from './campaign-message.module.css';
import { useRecipientChoice } from './use-recipient-choice.ts';

/** A message as one recipient gets it. */
export interface SentMessage {
  recipient: { id: number; address: string } | null;
  from: string | null;
  subject: string | null;
  text: string | null;
  /** The HTML stands in a frame of its own. */
  hasHtml: boolean;
  /** It has pictures of other servers. */
  hasPictures: boolean;
  /** Why it cannot be shown as it is. */
  problems: string[];
  /** SMS only. */
  segments: number | null;
}

/** What was written in a campaign that is no draft any more: subject and sender at once, the whole message for a recipient of one's choice. */
export function CampaignMessage({ campaign, shown = false }: { campaign: CampaignJson; shown?: boolean }) {
  const [open, setOpen] = useState(shown);
  const { channel, subject, text, from } = campaign;
  return (
    <Paper component="section" aria-label="Message of the campaign" className={classes.root}>
      <header className={classes.head}>
        <div className={classes.words}>
          <Title order={2} className={classes.title}>
            Message
          </Title>
          <div className={`name ${classes.subject} ${channel === 'sms' ? classes.said : ''}`} dir="auto">
            {channel === 'email' ? (subject ?? 'No subject') : text}
          </div>
          <Text size="xs" c="dimmed" className="name">
            From {from ?? 'the configured sender'}
          </Text>
        </div>
        <Button
          variant="default"
          size="xs"
          className="needs-script"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          rightSection={open ? <IconChevronUp size={14} aria-hidden /> : <IconChevronDown size={14} aria-hidden />}
        >
          {open ? 'Hide the message' : 'See the message'}
        </Button>
      </header>
      {open && <Rendered campaign={campaign} />}
    </Paper>
  );
}

function Rendered({ campaign: { id, channel, total } }: { campaign: CampaignJson }) {
  const { counted } = useNumbers();
  const viewer = useViewer();
  const seesPeople = may(viewer, 'people:read');
  const [chosen, setChosen] = useState<number | null>(null);
  const [again, setAgain] = useState(0);
  const [message, setMessage] = useState<SentMessage | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [pictures, setPictures] = useState(false);
  const { options, search, setSearch } = useRecipientChoice(id, message?.recipient ?? null, total, seesPeople);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a press on Try again asks again
  useEffect(() => {
    const abort = new AbortController();
    setProblem(null);
    void (async () => {
      try {
        const answer = await fetch(`/campaigns/${id}/message${chosen === null ? '' : `?recipient_id=${chosen}`}`, { signal: abort.signal });
        const body = (await answer.json()) as SentMessage & { detail?: string };
        if (answer.ok) setMessage(body);
        else setProblem(body.detail ?? 'The server could not make it. Try again in a moment.');
      } catch {
        if (!abort.signal.aborted) setProblem('The server could not be reached. Check your connection and try again.');
      }
    })();
    return () => abort.abort();
  }, [id, chosen, again]);

  if (problem) {
    return (
      <ProblemAlert
        title="The message cannot be shown"
        actions={
          <Button size="xs" variant="default" onClick={() => setAgain(again + 1)}>
            Try again
          </Button>
        }
      >
        {problem}
      </ProblemAlert>
    );
  }
  if (!message) return <Skeleton height={220} radius="md" />;
  const { recipient, subject, text, hasHtml, hasPictures, problems, segments } = message;
  return (
    <div className={classes.message}>
      {seesPeople ? (
        <Select
          size="xs"
          label="As this recipient gets it"
          maw={360}
          data={options}
          value={recipient ? String(recipient.id) : null}
          onChange={(value) => value && setChosen(Number(value))}
          searchable
          searchValue={search}
          onSearchChange={setSearch}
          filter={({ options }) => options}
          nothingFoundMessage="Nobody with this beginning"
          allowDeselect={false}
        />
      ) : (
        <Text size="xs" c="dimmed">
          As it was written. {refusal(viewer, 'people:read')}
        </Text>
      )}
      {problems.length > 0 && <ProblemAlert kind="warning">{problems.join(' ')}</ProblemAlert>}
      {subject !== null && (
        <div className={`name ${classes.rendered}`} dir="auto">
          {subject}
        </div>
      )}
      {hasHtml && recipient && (
        <div>
          {hasPictures && !pictures && <HiddenPictures onShow={() => setPictures(true)} />}
          <iframe
            key={`${recipient.id} ${pictures}`}
            className={classes.frame}
            title={`Message to ${recipient.address}`}
            src={`/campaigns/${id}/recipients/${recipient.id}/message${pictures ? '?pictures' : ''}`}
            sandbox=""
            referrerPolicy="no-referrer"
          />
        </div>
      )}
      {text !== null &&
        (channel === 'sms' ? (
          <div>
            <p className={`name ${classes.bubble}`} dir="auto">
              {text}
            </p>
            {segments !== null && (
              <Text size="xs" c="dimmed">
                {counted(segments, 'segment', 'segments')} for this person
              </Text>
            )}
          </div>
        ) : (
          <details open={!hasHtml} className={classes.plain}>
            <summary>Plain text</summary>
            <pre dir="auto">{text}</pre>
          </details>
        ))}
    </div>
  );
}
