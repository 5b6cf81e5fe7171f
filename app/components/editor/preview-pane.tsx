import { Box, SegmentedControl, Select, Text } from '@mantine/core';
import { IconDeviceDesktop, IconDeviceMobile } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useNonce } from '#app/components/nonce.ts';
import { may } from '#app/domain/access/roles.ts';
import type { DraftCheck } from '#app/domain/campaigns/draft-check.ts';
import type { Channel } from '#app/domain/channel.ts';
import { frameStyle } from '#app/domain/content/frame-style.ts';
import { framePolicy, hasRemotePictures, withoutLinks } from '#app/domain/content/remote-pictures.ts';
import { stylesWithNonce } from '#app/domain/content/styles-with-nonce.ts';
import { useRecipientChoice } from '../campaign-message/use-recipient-choice.ts';
import { HiddenPictures } from '../hidden-pictures.tsx';
import { useViewer } from '../use-viewer.ts';
import classes from './preview.module.css';

interface Props {
  campaignId: number;
  channel: Channel;
  preview: DraftCheck;
  sender: string | null;
  contacts: number;
  recipientId: number | null;
  onRecipient(id: number | null): void;
}

/** The message as one real person of the list will get it, beside what is being typed. */
export function PreviewPane({ campaignId, channel, preview, sender, contacts, recipientId, onRecipient }: Props) {
  const [width, setWidth] = useState('desktop');
  const seesPeople = may(useViewer(), 'people:read');
  // On a phone the wide layout would be too small to read.
  useEffect(() => {
    if (window.matchMedia('(max-width: 48em)').matches) setWidth('phone');
  }, []);
  const { options, search, setSearch } = useRecipientChoice(campaignId, preview.recipient, contacts, seesPeople);
  return (
    <section className={`needs-script ${classes.pane}`} aria-label="Preview">
      <div className={classes.head}>
        {!seesPeople ? (
          <Text size="xs" c="dimmed">
            Shown for nobody: your role sees no people
          </Text>
        ) : contacts > 0 ? (
          <Select
            size="xs"
            aria-label="Preview for"
            className={classes.who}
            leftSection={<span className={classes.for}>for</span>}
            leftSectionWidth={32}
            data={options}
            value={recipientId === null ? (preview.recipient ? String(preview.recipient.id) : null) : String(recipientId)}
            onChange={(value) => onRecipient(value === null ? null : Number(value))}
            searchable
            searchValue={search}
            onSearchChange={setSearch}
            filter={({ options }) => options}
            nothingFoundMessage="Nobody with this beginning"
            allowDeselect={false}
          />
        ) : (
          <Text size="xs" c="dimmed">
            Variables are checked, and filled in, once there are contacts
          </Text>
        )}
        {channel === 'email' && (
          <SegmentedControl
            size="xs"
            aria-label="Width of the preview"
            value={width}
            onChange={setWidth}
            data={[
              { value: 'desktop', label: <WidthIcon icon={IconDeviceDesktop} label="Desktop" /> },
              { value: 'phone', label: <WidthIcon icon={IconDeviceMobile} label="Phone" /> },
            ]}
          />
        )}
      </div>
      {channel === 'email' ? (
        <EmailPreview preview={preview} sender={sender} phone={width === 'phone'} />
      ) : (
        <SmsPreview preview={preview} sender={sender} />
      )}
    </section>
  );
}

function WidthIcon({ icon: Icon, label }: { icon: typeof IconDeviceDesktop; label: string }) {
  return <Icon size={16} stroke={1.7} role="img" aria-label={label} style={{ display: 'block' }} />;
}

function EmailPreview({ preview, sender, phone }: { preview: DraftCheck; sender: string | null; phone: boolean }) {
  const nonce = useNonce();
  const [pictures, setPictures] = useState(false);
  const { html } = preview;
  const broken = preview.problems.some((problem) => problem.severity === 'error') && !html && !preview.text;
  const empty = broken
    ? 'The preview appears once the subject and the message are there and free of errors.'
    : 'The message appears here as you write it.';
  return (
    <div className={classes.mail}>
      <div className={classes.mailHead}>
        <div className={`name ${classes.subject}`} dir="auto">
          {preview.subject || (broken ? 'Preview' : 'No subject yet')}
        </div>
        <Text size="xs" c="dimmed" className="name" component="div">
          {sender ?? 'No sender yet'}
          {preview.recipient && ` to ${preview.recipient.address}`}
        </Text>
      </div>
      {html && !pictures && hasRemotePictures(html) && <HiddenPictures onShow={() => setPictures(true)} />}
      <div className={classes.stage} data-phone={phone || undefined}>
        {html ? (
          // No scripts, no forms, no way up: the frame gets none of the permissions of its origin.
          <iframe
            title="Preview of the message"
            sandbox=""
            srcDoc={framed(html, nonce, pictures)}
            className={classes.frame}
            data-wide={!phone || undefined}
          />
        ) : preview.text ? (
          <Box component="pre" dir="auto" className={classes.plain}>
            {preview.text}
          </Box>
        ) : (
          <Text c="dimmed" size="sm" p="xl" ta="center">
            {empty}
          </Text>
        )}
      </div>
    </div>
  );
}

function SmsPreview({ preview, sender }: { preview: DraftCheck; sender: string | null }) {
  return (
    <div className={classes.phone}>
      <Text size="xs" c="dimmed" ta="center" mb="md" className="name">
        {sender ?? 'No sender yet'}
      </Text>
      {preview.text ? (
        <div className={`name ${classes.bubble}`} dir="auto">
          {preview.text}
        </div>
      ) : (
        <Text c="dimmed" size="sm" ta="center">
          The message appears here as you write it.
        </Text>
      )}
    </div>
  );
}

/** The page's own security policy holds in the frame: style elements of the message need its nonce. Scripts stay shut out by the sandbox. */
function framed(html: string, nonce: string | undefined, pictures: boolean): string {
  const key = nonce ?? document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';
  const policy = `<meta http-equiv="Content-Security-Policy" content="${framePolicy(pictures)}">`;
  const base = `${policy}<base target="_blank"><style nonce="${key}">${frameStyle}</style>`;
  return base + stylesWithNonce(withoutLinks(html), key);
}
