import { ActionIcon, CopyButton, Drawer, Tooltip } from '@mantine/core';
import { Link, useNavigate } from '@remix-run/react';
import { IconCheck, IconLink, IconX } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { useHydrated } from '../use-hydrated.ts';
import classes from './side-sheet.module.css';

interface Props {
  title: ReactNode;
  badge?: ReactNode;
  /** What the button that copies the address is called; null: there is none. */
  copyLabel?: string | null;
  /** Where closing leads; a link, so it works without scripts. */
  closeTo: { pathname: string; search: string };
  children: ReactNode;
}

/**
 * A sheet over the page, on a phone the whole screen. It is rendered in place and open from the first byte on, so that its URL can be
 * pasted anywhere. Locking the page's scroll by a style element would need a nonce that the library cannot take; a stylesheet does it.
 */
export function SideSheet({ title, badge, copyLabel = 'Copy the link to this recipient', closeTo, children }: Props) {
  const navigate = useNavigate();
  const hydrated = useHydrated();
  useFocusBack();
  return (
    <Drawer.Root
      opened
      onClose={() => navigate(closeTo, { preventScrollReset: true })}
      position="right"
      size={560}
      withinPortal={false}
      lockScroll={false}
      trapFocus={hydrated}
      transitionProps={{ duration: 0 }}
      classNames={{ inner: classes.inner, content: classes.sheet, overlay: classes.overlay }}
    >
      <Drawer.Overlay backgroundOpacity={0.28} />
      <Drawer.Content data-side-sheet aria-label={typeof title === 'string' ? title : undefined}>
        <header className={classes.head}>
          <div className={classes.words}>
            <Drawer.Title component="h2" className={`name ${classes.title}`} dir="auto" tabIndex={-1} data-autofocus>
              {title}
            </Drawer.Title>
            {badge}
          </div>
          <div className={classes.acts}>
            {hydrated && copyLabel !== null && <CopyLink label={copyLabel} />}
            <ActionIcon component={Link} to={closeTo} preventScrollReset size={34} aria-label="Close">
              <IconX size={18} stroke={1.8} aria-hidden />
            </ActionIcon>
          </div>
        </header>
        <div className={classes.body}>{children}</div>
      </Drawer.Content>
    </Drawer.Root>
  );
}

/** Closing leads back to what was opened, for those who go by keyboard. */
function useFocusBack(): void {
  useEffect(() => {
    const opener = document.activeElement;
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);
}

function CopyLink({ label }: { label: string }) {
  return (
    <CopyButton value={window.location.href} timeout={1500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : 'Copy link'}>
          <ActionIcon size={34} onClick={copy} aria-label={label}>
            {copied ? <IconCheck size={18} stroke={1.8} aria-hidden /> : <IconLink size={18} stroke={1.8} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
