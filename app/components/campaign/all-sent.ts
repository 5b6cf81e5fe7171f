import type { numberWords } from '../number.tsx';

/** A campaign that reached all whom it might send to, as a heading; the whole list can stand among those who are never sent to. */
export function allSent(
  { sent, suppressed }: { sent: number; suppressed: number },
  { count, counted }: Pick<ReturnType<typeof numberWords>, 'count' | 'counted'>,
) {
  if (sent === 0) return 'Nobody was sent to';
  if (sent === 1) return 'The message was sent';
  return suppressed > 0 ? `All ${counted(sent, 'message', 'messages')} sent` : `All ${count(sent)} sent`;
}
