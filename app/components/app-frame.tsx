import { AppShell, Burger, Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ModalsProvider } from '@mantine/modals';
import { Notifications as Messages } from '@mantine/notifications';
import { Link, useLocation } from '@remix-run/react';
import { IconChartBar, IconSend, IconSettings, IconShieldOff, IconUsers } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { may, type Viewer } from '#app/domain/access/roles.ts';
import classes from './app-frame.module.css';
import { Logo } from './logo.tsx';
import { Bell } from './notifications/bell.tsx';
import { type Notifications, useNotifications } from './notifications/use-notifications.ts';
import { ConnectionNotice } from './offline/connection-notice.tsx';
import { PageLink } from './page-link.tsx';
import { GlobalSearch } from './search/global-search.tsx';
import { SearchButton } from './search/search-button.tsx';
import { UserMenu } from './user-menu.tsx';

const everyone = [
  { to: '/', label: 'Campaigns', icon: IconSend, owns: (path: string) => path === '/' || path.startsWith('/campaigns') },
  { to: '/people', label: 'People', icon: IconUsers, owns: (path: string) => path.startsWith('/people') },
  { to: '/reports', label: 'Reports', icon: IconChartBar, owns: (path: string) => path.startsWith('/reports') },
  { to: '/suppressions', label: 'Suppressions', icon: IconShieldOff, owns: (path: string) => path.startsWith('/suppressions') },
];
const settings = { to: '/settings', label: 'Settings', icon: IconSettings, owns: (path: string) => path.startsWith('/settings') };

function Places({ viewer, notifications }: { viewer: Viewer; notifications?: Notifications }) {
  const { pathname } = useLocation();
  const places = may(viewer, 'settings:write') ? [...everyone, settings] : everyone;
  return (
    <div className={classes.column}>
      <div className={classes.head}>
        <Link to="/" className={classes.logo} aria-label="Rollcall, to campaigns">
          <Logo />
        </Link>
        {notifications && <Bell notifications={notifications} position="right-start" />}
      </div>
      <SearchButton />
      <nav aria-label="Main">
        {places.map(({ to, label, icon: Icon, owns }) => (
          <PageLink key={to} to={to} className={classes.place} aria-current={owns(pathname) ? 'page' : undefined}>
            <Icon size={17} stroke={1.7} aria-hidden />
            {label}
          </PageLink>
        ))}
      </nav>
      <div className={classes.foot}>
        <UserMenu viewer={viewer} />
      </div>
    </div>
  );
}

/** Navigation on the left; on phones a bar on top with a drawer. Without scripts the phone's bar carries the links itself. */
export function AppFrame({ viewer, unread, children }: { viewer: Viewer; unread: number; children: ReactNode }) {
  const notifications = useNotifications(unread);
  const [opened, { open, close }] = useDisclosure(false);
  const { key } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each navigation closes the drawer
  useEffect(close, [key]);
  return (
    <ModalsProvider modalProps={{ closeButtonProps: { 'aria-label': 'Close' } }}>
      <AppShell
        layout="alt"
        padding={0}
        header={{ height: { base: 52, sm: 0 } }}
        navbar={{ width: 224, breakpoint: 'sm', collapsed: { mobile: true } }}
        transitionDuration={0}
      >
        <a href="#content" className="skip-link">
          Skip to content
        </a>
        <AppShell.Header hiddenFrom="sm" className={classes.header}>
          <Burger size="sm" opened={opened} onClick={open} aria-label="Open navigation" aria-expanded={opened} className="needs-script" />
          <Link to="/" className={classes.logo} aria-label="Rollcall, to campaigns">
            <Logo size={22} />
          </Link>
          <span className={classes.phoneBell}>
            <SearchButton compact />
            <Bell notifications={notifications} position="bottom-end" />
          </span>
          <form method="post" action="/logout" className={`no-script ${classes.phoneSignOut}`}>
            <button type="submit">Sign out</button>
          </form>
        </AppShell.Header>
        <AppShell.Navbar className={classes.navbar} visibleFrom="sm">
          <Places viewer={viewer} notifications={notifications} />
        </AppShell.Navbar>
        <Drawer.Root
          opened={opened}
          onClose={close}
          size={272}
          hiddenFrom="sm"
          transitionProps={{ duration: 0 }}
          classNames={{ content: classes.drawerContent, body: classes.drawer }}
        >
          <Drawer.Overlay />
          <Drawer.Content aria-label="Navigation">
            <Drawer.Body>
              <Places viewer={viewer} />
            </Drawer.Body>
          </Drawer.Content>
        </Drawer.Root>
        <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
          <div className={classes.page}>{children}</div>
        </AppShell.Main>
        <GlobalSearch />
        <ConnectionNotice />
      </AppShell>
      <Messages position="bottom-right" />
    </ModalsProvider>
  );
}
