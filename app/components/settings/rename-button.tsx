import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Form, useNavigation } from '@remix-run/react';
import { useSubmitted } from './use-submitted.ts';

interface Props {
  what: string;
  name: string;
  id: string;
}

/** Another name for one of a list. */
export function RenameButton({ what, name, id }: Props) {
  const [opened, { open, close }] = useDisclosure(false);
  const { state } = useNavigation();
  useSubmitted(close);
  return (
    <>
      <Button variant="default" size="compact-sm" className="needs-script" onClick={open} aria-label={`Rename: ${name}`}>
        Rename
      </Button>
      <Modal opened={opened} onClose={close} title={`Rename the ${what}`} size="sm" lockScroll={false}>
        <Form method="post" replace preventScrollReset>
          <input type="hidden" name="intent" value="rename" />
          <input type="hidden" name="id" value={id} />
          <TextInput name="name" label="New name" defaultValue={name} maxLength={200} autoComplete="off" dir="auto" data-autofocus />
          <Group justify="flex-end" mt="lg" gap="xs">
            <Button variant="default" onClick={close}>
              Back
            </Button>
            <Button type="submit" loading={state === 'submitting'}>
              Rename
            </Button>
          </Group>
        </Form>
      </Modal>
    </>
  );
}
