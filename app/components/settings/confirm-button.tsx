import { Button, type ButtonProps, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Form, useNavigation } from '@remix-run/react';
import type { ReactNode } from 'react';
import { useSubmitted } from './use-submitted.ts';

interface Props extends Pick<ButtonProps, 'size' | 'variant' | 'color'> {
  /** On the button. Where several rows have one, `name` says whose it is. */
  label: string;
  name?: string;
  question: string;
  /** What it will do. */
  children: ReactNode;
  confirm: string;
  /** Sent with the form. */
  fields: Record<string, string>;
  danger?: boolean;
}

/** An act that is asked about once, with what it will do. */
export function ConfirmButton({ label, name, question, children, confirm, fields, danger = true, ...look }: Props) {
  const [opened, { open, close }] = useDisclosure(false);
  const { state } = useNavigation();
  useSubmitted(close);
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        {...look}
        className="needs-script"
        onClick={open}
        aria-label={name ? `${label}: ${name}` : undefined}
      >
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={question} size="sm" lockScroll={false}>
        <Text component="div">{children}</Text>
        <Form method="post" replace preventScrollReset>
          {Object.entries(fields).map(([field, value]) => (
            <input key={field} type="hidden" name={field} value={value} />
          ))}
          <Group justify="flex-end" mt="lg" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              Back
            </Button>
            <Button type="submit" {...(danger && { color: 'red.9' })} loading={state === 'submitting'}>
              {confirm}
            </Button>
          </Group>
        </Form>
      </Modal>
    </>
  );
}
