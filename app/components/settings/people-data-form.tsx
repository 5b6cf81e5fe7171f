import { Button, Checkbox, Group, Paper, Stack } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import { useState } from 'react';
import { type Permission, people, type Role, roleLabels, withholdable } from '#app/domain/access/roles.ts';

interface Props {
  withheld: Partial<Record<Role, Permission[]>>;
}

const labels: Record<(typeof people)[number], string> = { 'people:read': 'Sees people’s data', 'people:export': 'Exports people’s data' };

/** Which roles see people and not only numbers. Whoever sees nobody exports nobody. */
export function PeopleDataForm({ withheld }: Props) {
  const { formData } = useNavigation();
  const [blind, setBlind] = useState<readonly Role[]>(withholdable.filter((role) => withheld[role]?.includes('people:read')));
  return (
    <Paper p="md">
      <Form method="post" replace preventScrollReset>
        <input type="hidden" name="intent" value="people-data" />
        <Group align="flex-start" gap="xl" mb="md">
          {withholdable.map((role) => (
            <Checkbox.Group
              key={role}
              label={roleLabels[role]}
              defaultValue={people.filter((one) => !withheld[role]?.includes(one)).map((one) => `${role} ${one}`)}
            >
              <Stack gap="xs" mt={6}>
                {people.map((permission) => (
                  <Checkbox
                    key={permission}
                    name="left"
                    value={`${role} ${permission}`}
                    label={labels[permission]}
                    aria-label={`${roleLabels[role]}: ${labels[permission]}`}
                    disabled={permission === 'people:export' && blind.includes(role)}
                    {...(permission === 'people:read' && {
                      onChange: ({ currentTarget: { checked } }) =>
                        setBlind((before) => (checked ? before.filter((one) => one !== role) : [...before, role])),
                    })}
                  />
                ))}
              </Stack>
            </Checkbox.Group>
          ))}
        </Group>
        <Button type="submit" variant="default" loading={formData?.get('intent') === 'people-data'}>
          Save
        </Button>
      </Form>
    </Paper>
  );
}
