import { Title } from '@mantine/core';
import { Link } from '@remix-run/react';
import type { InboundMessageJson } from '#app/domain/delivery/inbound-message.ts';
import { RelativeTime } from '../relative-time.tsx';
import { ConfirmButton } from '../settings/confirm-button.tsx';
import settings from '../settings/settings.module.css';
import classes from './suppressions.module.css';

/** Answers to text messages that asked for nothing that is known: a person reads them, and blocks a number where they mean to leave. */
export function InboundList({ messages, mayWrite }: { messages: InboundMessageJson[]; mayWrite: boolean }) {
  if (messages.length === 0) return null;
  return (
    <section aria-labelledby="inbound" className={classes.inbound}>
      <Title order={2} size="h4" id="inbound">
        Answers that were not understood
      </Title>
      <p className={classes.hint}>
        STOP and its like are obeyed in many words and languages. These said something else; whoever wants to leave can be put on the list
        here.
      </p>
      <ul className={settings.list} aria-label="Answers that were not understood">
        {messages.map(({ id, sender, body, received_at, campaign_id, recipient_id, suppressed }) => (
          <li key={id} className={`${settings.row} ${classes.row}`}>
            <div className={settings.rowWords}>
              <span className={settings.title} dir="auto">
                {body.slice(0, 300) || 'A message without words'}
              </span>
              <span className={settings.detail}>
                {campaign_id === null ? sender : <Link to={`/campaigns/${campaign_id}/recipients/${recipient_id}`}>{sender}</Link>}
                {' · '}
                <RelativeTime at={received_at} />
                {suppressed && ' · never sent to'}
              </span>
            </div>
            {mayWrite && !suppressed && (
              <div className={settings.rowEnd}>
                <ConfirmButton
                  label="Never send to them"
                  name={sender}
                  question="Put the number on the list?"
                  confirm="Never send to it"
                  fields={{ intent: 'add', address: sender }}
                >
                  No campaign sends to <strong className="name">{sender}</strong> from then on.
                </ConfirmButton>
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
