const CHANNEL = 'rollcall-session';

/** Where a sign-in beside a page leads: it says so to the other tabs, and may be closed. */
export const SIGN_IN_BESIDE = `/login?next=${encodeURIComponent('/signed-in')}`;

export function tellSignedIn(): void {
  if (typeof BroadcastChannel === 'undefined') return;
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage('signed-in');
  channel.close();
}

/** Calls back when another tab has signed in. @returns how to stop */
export function onSignedIn(call: () => void): () => void {
  if (typeof BroadcastChannel === 'undefined') return () => {};
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = call;
  return () => channel.close();
}
