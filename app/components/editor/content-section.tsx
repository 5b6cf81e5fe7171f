import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { DraftCheck } from '#app/domain/campaigns/draft-check.ts';
import { textOfHtml } from '#app/domain/content/text-of-html.ts';
import { useNumbers } from '../number.tsx';
import classes from './editor.module.css';
import { PreviewPane } from './preview-pane.tsx';
import type { Note } from './readiness.ts';
import { TemplateField } from './template-field.tsx';
import type { Autosave } from './use-autosave.ts';

interface Props {
  campaign: CampaignJson;
  autosave: Autosave;
  notes: Note[];
  check: DraftCheck;
  defaultSender: string | null;
  recipientId: number | null;
  onRecipient(id: number | null): void;
}

/** What people will get, and beside it what one of them will see. */
export function ContentSection({ campaign, autosave: { draft, set }, notes, check, defaultSender, recipientId, onRecipient }: Props) {
  const { counted } = useNumbers();
  const email = campaign.channel === 'email';
  const template = { variables: campaign.variables, notes };
  const senderError = notes.find((note) => note.field === 'from')?.message;
  const { sms } = check;
  return (
    <div className={classes.content}>
      <div className={classes.fields}>
        <TextInput
          name="from"
          label="Sender"
          value={draft.from}
          onChange={(event) => set('from', event.currentTarget.value)}
          placeholder={defaultSender ?? (email ? 'Northwind Goods <news@example.com>' : '+15005550006')}
          description={defaultSender && draft.from === '' ? 'The configured sender is used unless you enter another.' : undefined}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          error={senderError}
          autoComplete="off"
        />
        {email ? (
          <>
            <TemplateField
              field="subject"
              label="Subject"
              value={draft.subject}
              onChange={(value) => set('subject', value)}
              placeholder="{{ first_name }}, spring is here"
              {...template}
            />
            <TemplateField
              field="html"
              label="HTML"
              value={draft.html}
              onChange={(value) => set('html', value)}
              placeholder={'<h1>Hello {{ first_name }}</h1>\n<p>…</p>'}
              rows={16}
              code
              {...template}
            />
            <TemplateField
              field="text"
              label="Plain text"
              value={draft.text}
              onChange={(value) => set('text', value)}
              placeholder="For readers without HTML. Optional where there is HTML."
              rows={5}
              footer={
                draft.text.trim() === '' &&
                draft.html.trim() !== '' && <TextFromHtml html={draft.html} onText={(text) => set('text', text)} />
              }
              {...template}
            />
          </>
        ) : (
          <TemplateField
            field="text"
            label="Message"
            value={draft.text}
            onChange={(value) => set('text', value)}
            placeholder="Hi {{ first_name }}, spring is here."
            rows={7}
            footer={
              <Text size="xs" c="dimmed" mt={6}>
                {sms && sms.segments > 0
                  ? `${counted(sms.segments, 'segment', 'segments')} for this person, ${counted(sms.characters, 'character', 'characters')}. Providers charge by segment.`
                  : 'Providers charge by segment of 160 characters, or 70 with letters beyond the basic alphabet.'}
                {sms && sms.outsideGsm7.length > 0 && ` ${sms.outsideGsm7.join(' ')} made the segments shorter.`}
              </Text>
            }
            {...template}
          />
        )}
        <Text size="xs" c="dimmed">
          Write <code>{'{{ first_name }}'}</code> for a column of the contact list, <code>{'{{ first_name | default: "there" }}'}</code> for
          when it is empty.
        </Text>
      </div>
      <PreviewPane
        campaignId={campaign.id}
        channel={campaign.channel}
        preview={check}
        sender={draft.from || defaultSender}
        contacts={campaign.total}
        recipientId={recipientId}
        onRecipient={onRecipient}
      />
    </div>
  );
}

/** Some people read no HTML, and spam filters like a message to have both: what the text would be is made, and can be changed. */
function TextFromHtml({ html, onText }: { html: string; onText(text: string): void }) {
  const [untold, setUntold] = useState(false);
  const make = () => {
    const text = textOfHtml(html);
    if (text === null) setUntold(true);
    else onText(text);
  };
  return (
    <Text size="xs" c="dimmed" mt={6} className="needs-script" role={untold ? 'status' : undefined}>
      {untold ? (
        'It cannot be told what the text of this HTML would be. Write it here.'
      ) : (
        <>
          Left empty, the email goes out as HTML alone.{' '}
          <button type="button" className={classes.line} onClick={make}>
            Make the text from the HTML
          </button>
        </>
      )}
    </Text>
  );
}
