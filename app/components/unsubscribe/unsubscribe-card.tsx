import { Button, Title } from '@mantine/core';
import { IconCircleCheck, IconFlask, IconLinkOff, IconMailOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Channel } from '#app/domain/channel.ts';
import classes from './unsubscribe-card.module.css';

/** What the page of a link shows. `wrong`: the link is no link of ours; `test`: it came with a test message. */
export type UnsubscribeState =
  | { kind: 'ask' | 'done'; channel: Channel; sender: string | null; masked: string }
  | { kind: 'wrong' }
  | { kind: 'test' };

/** The page that people come to by the link in a message: one question, one button. It works without scripts. */
export function UnsubscribeCard({ state }: { state: UnsubscribeState }) {
  switch (state.kind) {
    case 'wrong':
      return (
        <Card icon={<IconLinkOff size={24} stroke={1.7} aria-hidden />} tone="amber" title="This link does not work">
          <p>
            It may have been cut off when it was copied. Open it from the message itself, or answer the message and ask to be taken off.
          </p>
        </Card>
      );
    case 'test':
      return (
        <Card icon={<IconFlask size={24} stroke={1.7} aria-hidden />} title="This is the link of a test">
          <p>In a test message or a preview it belongs to nobody. In the campaign every person gets a link of their own here.</p>
        </Card>
      );
    case 'done':
      return (
        <Card icon={<IconCircleCheck size={24} stroke={1.7} aria-hidden />} tone="green" title="You are unsubscribed">
          <p>
            {from(state.sender)} sends no more {messages(state.channel)} to <Mine>{state.masked}</Mine>.
          </p>
          <p className={classes.small}>What is on its way already may still arrive.</p>
        </Card>
      );
    case 'ask':
      return (
        <Card icon={<IconMailOff size={24} stroke={1.7} aria-hidden />} title="Unsubscribe?">
          <p>
            {from(state.sender)} will send no more {messages(state.channel)} to <Mine>{state.masked}</Mine>.
          </p>
          <form method="post">
            <Button type="submit" size="md" fullWidth>
              Unsubscribe
            </Button>
          </form>
        </Card>
      );
  }
}

function Card({ icon, tone, title, children }: { icon: ReactNode; tone?: 'green' | 'amber'; title: string; children: ReactNode }) {
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <span className={classes.icon} data-tone={tone}>
          {icon}
        </span>
        <Title order={1}>{title}</Title>
        {children}
      </div>
    </main>
  );
}

function Mine({ children }: { children: ReactNode }) {
  return (
    <strong className="name" dir="auto">
      {children}
    </strong>
  );
}

function from(sender: string | null): ReactNode {
  return sender === null ? (
    'This sender'
  ) : (
    <strong className="name" dir="auto">
      {sender}
    </strong>
  );
}

function messages(channel: Channel): string {
  return channel === 'email' ? 'emails' : 'text messages';
}
