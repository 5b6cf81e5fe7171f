import { AppShell, Burger, Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ModalsProvider } from '@mantine/modals';
import { Notifications as Messages } from '@mantine/notifications';
import { Link, useLocation } from '@remix-run/react';
import { IconChartBar, IconFlask, IconSend, IconSettings, IconShieldOff, IconUsers } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { may, type Viewer } from '#app/domain/access/roles.ts';
import { Logo } from '../logo.tsx';
import { Bell } from '../notifications/bell.tsx';
import { type Notifications, useNotifications } from '../notifications/use-notifications.ts';
import { ConnectionNotice } from '../offline/connection-notice.tsx';
import { PageLink } from '../page-link.tsx';
import { GlobalSearch } from '../search/global-search.tsx';
import { SearchButton } from '../search/search-button.tsx';
import { UserMenu } from '../user-menu.tsx';
import classes from './app-frame.module.css';

const everyone = [
  { to: '/', label: 'Campaigns', icon: IconSend, owns: (path: string) => path === '/' || path.startsWith('/campaigns') },
  { to: '/people', label: 'People', icon: IconUsers, owns: (path: string) => path.startsWith('/people') },
  { to: '/reports', label: 'Reports', icon: IconChartBar, owns: (path: string) => path.startsWith('/reports') },
  { to: '/suppressions', label: 'Suppressions', icon: IconShieldOff, owns: (path: string) => path.startsWith('/suppressions') },
];
const settings = { to: '/settings', label: 'Settings', icon: IconSettings, owns: (path: string) => path.startsWith('/settings') };

interface PlacesProps {
  viewer: Viewer;
  sandbox: boolean;
  notifications?: Notifications;
}

function Places({ viewer, sandbox, notifications }: PlacesProps) {
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
        {sandbox && <SandboxMark />}
        <UserMenu viewer={viewer} />
      </div>
    </div>
  );
}

/** Nobody must take a rehearsal for the real thing, nor the other way round. */
function SandboxMark() {
  return (
    <p className={classes.sandbox}>
      <IconFlask size={15} stroke={1.8} aria-hidden />
      <span>
        <strong>Sandbox</strong> Messages reach nobody
      </span>
    </p>
  );
}

interface Props {
  viewer: Viewer;
  unread: number;
  /** The sandbox stands in for the providers. */
  sandbox: boolean;
  children: ReactNode;
}

/** Navigation on the left; on phones a bar on top with a drawer. Without scripts the phone's bar carries the links itself. */
export function AppFrame({ viewer, unread, sandbox, children }: Props) {
  const notifications = useNotifications(unread);
  const [opened, { open, close }] = useDisclosure(false);
  const { key } = useLocation();
  useLightOnPaper();
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
          {sandbox && <span className={classes.phoneSandbox}>Sandbox</span>}
          <span className={classes.phoneBell}>
            <SearchButton compact />
            <Bell notifications={notifications} position="bottom-end" />
          </span>
          <form method="post" action="/logout" className={`no-script ${classes.phoneSignOut}`}>
            <button type="submit">Sign out</button>
          </form>
        </AppShell.Header>
        <AppShell.Navbar className={classes.navbar} visibleFrom="sm">
          <Places viewer={viewer} sandbox={sandbox} notifications={notifications} />
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
              <Places viewer={viewer} sandbox={sandbox} />
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

/** What is printed is black on white, whatever the screen's scheme is. */
function useLightOnPaper(): void {
  useEffect(() => {
    const paper = window.matchMedia('print');
    const root = document.documentElement;
    let screen: string | null = null;
    const onChange = () => {
      if (paper.matches) {
        screen = root.getAttribute('data-mantine-color-scheme');
        root.setAttribute('data-mantine-color-scheme', 'light');
      } else if (screen !== null) root.setAttribute('data-mantine-color-scheme', screen);
    };
    paper.addEventListener('change', onChange);
    return () => paper.removeEventListener('change', onChange);
  }, []);
}
