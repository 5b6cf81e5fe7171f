import { liveSocket } from '#app/realtime/socket-client.ts';

const PATIENCE_MS = 3_000;

/** Does the server answer? Asked before a page is left: a page that cannot be fetched would replace this one by an error. */
export async function serverAnswers(): Promise<boolean> {
  if (!navigator.onLine) return false;
  if (liveSocket().connected) return true;
  try {
    return (await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) })).ok;
  } catch {
    return false;
  }
}
