import { Avatar, Menu, Text, UnstyledButton, useMantineColorScheme, VisuallyHidden } from '@mantine/core';
import { Form, Link } from '@remix-run/react';
import { IconCheck, IconDeviceDesktop, IconLogout, IconMoon, IconSelector, IconSun, IconUser } from '@tabler/icons-react';
import { roleLabels, type Viewer } from '#app/domain/access/roles.ts';
import classes from './user-menu.module.css';

const schemes = [
  { value: 'auto', label: 'System', icon: IconDeviceDesktop },
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
] as const;

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => Array.from(word ?? '?')[0]?.toUpperCase() ?? '').join('');
}

/** Who is signed in and as what; colour scheme; sign out (which also works without scripts). */
export function UserMenu({ viewer }: { viewer: Viewer }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <>
      <Form id="sign-out" method="post" action="/logout" reloadDocument>
        <button type="submit" className={`no-script ${classes.plainSignOut}`}>
          Sign out
        </button>
      </Form>
      <Menu width={232} position="top-start" offset={6} withinPortal={false}>
        <Menu.Target>
          <UnstyledButton className={`needs-script ${classes.target}`}>
            <Avatar size={28} radius="xl" color="iris" variant="light" aria-hidden>
              {initials(viewer.name)}
            </Avatar>
            <span className={classes.words}>
              <span className={`name ${classes.name}`}>{viewer.name}</span>
              <span className={classes.role}>{roleLabels[viewer.role]}</span>
            </span>
            <IconSelector size={15} aria-hidden className={classes.chevron} />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <div className={classes.who}>
            <Text size="sm" fw={500} className="name">
              {viewer.name}
            </Text>
            <Text size="xs" c="dimmed" className="name">
              {viewer.email}
            </Text>
          </div>
          <Menu.Item component={Link} to="/account" leftSection={<IconUser size={16} stroke={1.7} aria-hidden />}>
            Your account
          </Menu.Item>
          <Menu.Divider />
          <Menu.Label>Appearance</Menu.Label>
          {schemes.map(({ value, label, icon: Icon }) => (
            <Menu.Item
              key={value}
              leftSection={<Icon size={16} stroke={1.7} aria-hidden />}
              rightSection={colorScheme === value ? <IconCheck size={15} aria-hidden /> : null}
              closeMenuOnClick={false}
              onClick={() => setColorScheme(value)}
            >
              {label}
              {colorScheme === value && <VisuallyHidden>, chosen</VisuallyHidden>}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item component="button" type="submit" form="sign-out" leftSection={<IconLogout size={16} stroke={1.7} aria-hidden />}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
