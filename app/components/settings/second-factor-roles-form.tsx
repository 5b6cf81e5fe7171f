import { Button, Checkbox, Group, Paper } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import { type Role, roleLabels, roles } from '#app/domain/access/roles.ts';

/** For whom a second factor is required. */
export function SecondFactorRolesForm({ required }: { required: Role[] }) {
  const { formData } = useNavigation();
  return (
    <Paper p="md" maw={560}>
      <Form method="post" replace preventScrollReset>
        <input type="hidden" name="intent" value="second-factor" />
        <Group gap="md">
          {roles.map((role) => (
            <Checkbox key={role} name="role" value={role} label={roleLabels[role]} defaultChecked={required.includes(role)} />
          ))}
          <Button type="submit" variant="default" loading={formData?.get('intent') === 'second-factor'}>
            Save
          </Button>
        </Group>
      </Form>
    </Paper>
  );
}
