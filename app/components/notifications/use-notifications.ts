import { useLocation } from '@remix-run/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { NotificationJson } from '#app/domain/alerts/alert.ts';
import { liveSocket } from '#app/realtime/socket-client.ts';
import { loadJson } from '../load-json.ts';

interface Loaded {
  notifications: NotificationJson[];
  unread: number;
}

export interface Notifications {
  unread: number;
  /** Null until the list was first asked for. */
  list: NotificationJson[] | null;
  /** The list could not be read. */
  failed: boolean;
  /** The newest that came while the page was open. */
  newest: NotificationJson | null;
  load(): void;
  markRead(id: number | 'all'): void;
}

/** What the bell shows, kept up to date by the live connection. `initialUnread` is the server's count for this page. */
export function useNotifications(initialUnread: number): Notifications {
  const { pathname } = useLocation();
  const open = Number(/^\/campaigns\/(\d+)(\/(?!edit)|$)/.exec(pathname)?.[1] ?? 0);
  const [unread, setUnread] = useState(initialUnread);
  const [list, setList] = useState<NotificationJson[] | null>(null);
  const [failed, setFailed] = useState(false);
  const [newest, setNewest] = useState<NotificationJson | null>(null);
  const seen = useRef(new Set<number>());

  useEffect(() => setUnread(initialUnread), [initialUnread]);

  const load = useCallback(async () => {
    const loaded = await loadJson<Loaded>('/notifications');
    setFailed(loaded === null);
    if (!loaded) return;
    for (const { id } of loaded.notifications) seen.current.add(id);
    setList(loaded.notifications);
    setUnread(loaded.unread);
  }, []);

  const markRead = useCallback(async (id: number | 'all') => {
    const now = (notification: NotificationJson) =>
      id === 'all' || notification.id === id ? { ...notification, read: true } : notification;
    setList((known) => known?.map(now) ?? null);
    setUnread((count) => (id === 'all' ? 0 : Math.max(0, count - 1)));
    // A page that leaves for the notification's own must not take the request with it.
    await fetch('/notifications', { method: 'POST', body: new URLSearchParams({ id: String(id) }), keepalive: true }).catch(() => {});
  }, []);

  // Who has the campaign's own page before them knows what the bell would say of it.
  const readHere = useCallback(async () => {
    if (open === 0) return;
    const told = await fetch('/notifications', { method: 'POST', body: new URLSearchParams({ campaign: String(open) }) }).catch(() => null);
    if (told?.ok) void load();
  }, [open, load]);
  const unreadNow = useRef(unread);
  unreadNow.current = unread;
  useEffect(() => {
    if (unreadNow.current > 0) void readHere();
  }, [readHere]);

  useEffect(() => {
    const socket = liveSocket();
    let connectedBefore = socket.connected;
    const onConnect = () => {
      if (connectedBefore) void load();
      connectedBefore = true;
    };
    const onNotification = (notification: NotificationJson) => {
      if (seen.current.has(notification.id)) return;
      seen.current.add(notification.id);
      if (notification.campaign?.id === open && open !== 0) return void readHere();
      setNewest(notification);
      // It may take the place of what was told of this campaign before.
      if (notification.campaign) return void load();
      setUnread((count) => count + 1);
      setList((known) => known && [notification, ...known]);
    };
    const onResync = () => void load();
    socket.on('connect', onConnect);
    socket.on('notification', onNotification);
    socket.on('notifications:resync', onResync);
    return () => {
      socket.off('connect', onConnect);
      socket.off('notification', onNotification);
      socket.off('notifications:resync', onResync);
    };
  }, [load, open, readHere]);

  return { unread, list, failed, newest, load, markRead };
}
