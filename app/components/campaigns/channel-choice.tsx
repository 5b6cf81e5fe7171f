import { Text } from '@mantine/core';
import { IconMail, IconMessage } from '@tabler/icons-react';
import classes from './channel-choice.module.css';

const choices = [
  { value: 'email', label: 'Email', icon: IconMail, about: 'Subject, HTML and text, to email addresses' },
  { value: 'sms', label: 'SMS', icon: IconMessage, about: 'Short text, to phone numbers' },
] as const;

/** Two native radio buttons dressed as cards: arrow keys, forms and no scripts work as always. */
export function ChannelChoice({ error }: { error?: string | undefined }) {
  return (
    <fieldset className={classes.fieldset} aria-describedby={error ? 'channel-error' : undefined}>
      <legend className={classes.legend}>Channel</legend>
      <div className={classes.cards}>
        {choices.map(({ value, label, icon: Icon, about }) => (
          <label key={value} className={classes.card}>
            <input type="radio" name="channel" value={value} defaultChecked={value === 'email'} className={classes.input} />
            <Icon size={20} stroke={1.6} aria-hidden />
            <span>
              <span className={classes.label}>{label}</span>
              <span className={classes.about}>{about}</span>
            </span>
          </label>
        ))}
      </div>
      {error && (
        <Text id="channel-error" size="xs" mt={4} c="var(--tone-red-fg)">
          {error}
        </Text>
      )}
    </fieldset>
  );
}
