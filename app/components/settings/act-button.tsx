import { Button, type ButtonProps } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';

interface Props extends Pick<ButtonProps, 'size' | 'variant' | 'leftSection'> {
  label: string;
  name?: string;
  fields: Record<string, string>;
}

/** An act that needs no question; it shows that it is under way, and works without scripts. */
export function ActButton({ label, name, fields, ...look }: Props) {
  const { formData } = useNavigation();
  const mine = formData !== undefined && Object.entries(fields).every(([field, value]) => formData.get(field) === value);
  return (
    <Form method="post" replace preventScrollReset>
      {Object.entries(fields).map(([field, value]) => (
        <input key={field} type="hidden" name={field} value={value} />
      ))}
      <Button
        type="submit"
        variant="default"
        size="compact-sm"
        loading={mine}
        aria-label={name ? `${label}: ${name}` : undefined}
        {...look}
      >
        {label}
      </Button>
    </Form>
  );
}
