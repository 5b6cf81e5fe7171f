import { Button, Checkbox, Group, Paper, Stack } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import { useEffect, useRef } from 'react';
import { type Role, roleLabels, roles } from '#app/domain/access/roles.ts';

/** For whom a second factor is required; after a refusal what was required before it. */
export function SecondFactorRolesForm({ required, refused }: { required: Role[]; refused: object | null | undefined }) {
  const { formData } = useNavigation();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (refused) form.current?.reset();
  }, [refused]);
  return (
    <Paper p="md" maw={560}>
      <Form ref={form} method="post" replace preventScrollReset>
        <input type="hidden" name="intent" value="second-factor" />
        <Stack gap="md" align="flex-start">
          <Group gap="md">
            {roles.map((role) => (
              <Checkbox key={role} name="role" value={role} label={roleLabels[role]} defaultChecked={required.includes(role)} />
            ))}
          </Group>
          <Button type="submit" variant="default" loading={formData?.get('intent') === 'second-factor'}>
            Save
          </Button>
        </Stack>
      </Form>
    </Paper>
  );
}
