import { Title } from '@mantine/core';
import { useState } from 'react';
import type { Channel } from '#app/domain/channel.ts';
import { HiddenPictures } from '../hidden-pictures.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import classes from './recipient-story.module.css';

interface MessageParts {
  subject: string | null;
  /** The plain text; the HTML is shown from `src`, on a document of its own. */
  text: string | null;
  hasHtml: boolean;
  /** It has pictures of other servers. */
  hasPictures: boolean;
  problems: string[];
}

interface Props {
  message: MessageParts;
  from: string | null;
  channel: Channel;
  address: string;
  /** Where its HTML is. */
  src: string;
}

/** The message as this recipient gets it. The HTML stands in a frame that may run nothing and reach nothing. */
export function MessagePreview({ message, from, channel, address, src }: Props) {
  const { subject, text, hasHtml, hasPictures, problems } = message;
  const [pictures, setPictures] = useState(false);
  return (
    <section aria-labelledby="message">
      <Title order={3} id="message" className={classes.heading}>
        Message
      </Title>
      {problems.length > 0 && <ProblemAlert kind="warning">{problems.join(' ')}</ProblemAlert>}
      <div className={classes.message}>
        <dl className={classes.envelope}>
          {from && (
            <>
              <dt>From</dt>
              <dd>{from}</dd>
            </>
          )}
          <dt>To</dt>
          <dd>
            <span className="name" dir="auto">
              {address}
            </span>
          </dd>
          {subject !== null && (
            <>
              <dt>Subject</dt>
              <dd>
                <span className="name" dir="auto">
                  {subject}
                </span>
              </dd>
            </>
          )}
        </dl>
        {hasHtml ? (
          <>
            {hasPictures && !pictures && <HiddenPictures onShow={() => setPictures(true)} />}
            <iframe
              key={String(pictures)}
              className={classes.frame}
              title={`Message to ${address}`}
              src={pictures ? `${src}?pictures` : src}
              sandbox=""
              loading="lazy"
              referrerPolicy="no-referrer"
            />
          </>
        ) : (
          text !== null &&
          (channel === 'sms' ? (
            <p className={classes.bubble} dir="auto">
              {text}
            </p>
          ) : (
            <pre className={classes.text} dir="auto">
              {text}
            </pre>
          ))
        )}
      </div>
    </section>
  );
}
