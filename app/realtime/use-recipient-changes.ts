import { useEffect, useRef } from 'react';
import type { RecipientsChanged } from './events.ts';
import { liveSocket } from './socket-client.ts';

/** Changes that come closer together than this are told once, in ms. */
const TOGETHER_MS = 150;

/**
 * Calls `onChange` when one recipient changed, or may have. Its id must be among the rows that the page watches.
 * @param joins of `useLiveCampaign`: after a lost connection anything may have changed
 */
export function useRecipientChanges(campaignId: number, recipientId: number, joins: number, onChange: () => void): void {
  const latest = useRef(onChange);
  latest.current = onChange;
  const firstJoins = useRef(joins);

  useEffect(() => {
    if (joins !== firstJoins.current) latest.current();
    firstJoins.current = joins;
  }, [joins]);

  useEffect(() => {
    const socket = liveSocket();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onChanged = ({ campaign_id, recipients, many }: RecipientsChanged) => {
      if (campaign_id !== campaignId || !(many || recipients.some((row) => row.id === recipientId))) return;
      clearTimeout(timer);
      timer = setTimeout(() => latest.current(), TOGETHER_MS);
    };
    socket.on('recipients:changed', onChanged);
    return () => {
      clearTimeout(timer);
      socket.off('recipients:changed', onChanged);
    };
  }, [campaignId, recipientId]);
}
