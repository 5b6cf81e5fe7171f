import { Button, Checkbox, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { Form, useNavigation, useSubmit } from '@remix-run/react';
import { IconCalendarClock, IconSend } from '@tabler/icons-react';
import type { FormEvent } from 'react';
import { useNumbers } from '../number.tsx';
import { SEND_FORM } from '../schedule/schedule-section.tsx';
import classes from './review.module.css';

interface Props {
  name: string;
  /** Who would be sent to now. The server refuses if it is another number by then. */
  people: number;
  ready: boolean;
  mayNot: string | null;
  /** When it goes out, in words; null: as soon as it is sent. */
  planned: string | null;
  flush(): Promise<boolean>;
}

/** The one button that cannot be taken back: it asks once, with the number. Without scripts a box to tick asks instead. */
export function SendForm({ name, people, ready, mayNot, planned, flush }: Props) {
  const { counted } = useNumbers();
  const submit = useSubmit();
  const { formData } = useNavigation();
  const who = counted(people, 'person', 'people');

  const ask = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    form.set('confirmed', 'on');
    // What is sent is what stands in the database.
    if (!(await flush())) return;
    modals.openConfirmModal({
      title: planned ? `Schedule for ${who}?` : `Send to ${who} now?`,
      children: (
        <Text size="sm">
          <strong className="name">{name}</strong>{' '}
          {planned
            ? `goes out on ${planned}. Until then you can unschedule it; content and list are fixed meanwhile.`
            : 'goes out at once. You can pause it on the next page, but messages that have left cannot be called back.'}
        </Text>
      ),
      labels: { confirm: planned ? `Schedule for ${who}` : `Send to ${who}`, cancel: 'Not yet' },
      onConfirm: () => submit(form, { method: 'post' }),
    });
  };

  return (
    <Form id={SEND_FORM} method="post" onSubmit={(event) => void ask(event)} className={classes.send}>
      <input type="hidden" name="intent" value="send" />
      <input type="hidden" name="people" value={people} />
      <div className="no-script">
        <Checkbox name="confirmed" label={`Yes, send to ${who}, now or at the time above`} mb="xs" />
      </div>
      <Button
        type="submit"
        size="md"
        leftSection={planned ? <IconCalendarClock size={17} aria-hidden /> : <IconSend size={17} aria-hidden />}
        disabled={!ready || mayNot !== null}
        loading={formData?.get('intent') === 'send'}
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
