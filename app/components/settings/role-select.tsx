import { NativeSelect, type NativeSelectProps } from '@mantine/core';
import { roleLabels, roles } from '#app/domain/access/roles.ts';

/** A role by its name. Works without scripts. */
export function RoleSelect(props: Omit<NativeSelectProps, 'data'>) {
  return <NativeSelect name="role" data={roles.map((role) => ({ value: role, label: roleLabels[role] }))} {...props} />;
}
