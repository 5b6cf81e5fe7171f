import { Button, Paper, PasswordInput, Stack } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import { PASSWORD_ADVICE, PASSWORD_LENGTH } from '#app/domain/access/own-password.ts';
import type { FieldError } from '#app/domain/problem.ts';

const eye = { 'aria-label': 'Show or hide the password' };

/** The password of before and the new one. */
export function PasswordForm({ email, errors }: { email: string | null; errors: FieldError[] }) {
  const { formData } = useNavigation();
  const errorOf = (path: string) => errors.find((error) => error.path === path)?.message;
  return (
    <Paper p="md" maw={480}>
      <Form method="post" noValidate replace preventScrollReset>
        <input type="hidden" name="intent" value="password" />
        {email && <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />}
        <Stack gap="md" align="flex-start">
          <PasswordInput
            name="former"
            label="Your password now"
            error={errorOf('former')}
            autoComplete="current-password"
            w="100%"
            visibilityToggleButtonProps={eye}
          />
          <PasswordInput
            name="password"
            label="New password"
            description={PASSWORD_ADVICE}
            error={errorOf('password')}
            autoComplete="new-password"
            maxLength={PASSWORD_LENGTH.most}
            w="100%"
            visibilityToggleButtonProps={eye}
          />
          <Button type="submit" loading={formData?.get('intent') === 'password'}>
            Change the password
          </Button>
        </Stack>
      </Form>
    </Paper>
  );
}
