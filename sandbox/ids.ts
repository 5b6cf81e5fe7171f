/** The `X-Message-Id` of an accepted email; events carry it with a suffix. */
export function sendgridMessageId(run: string, n: number): string {
  return `${run}${n.toString(36).padStart(6, '0')}`;
}

/** The SID carries the message's number, so that no index is needed to find it again. */
export function messageSid(run: string, n: number): string {
  return `SM${run}${n.toString(16).padStart(16, '0')}`;
}
