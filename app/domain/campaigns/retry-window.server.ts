/** RETRY_WINDOW_S, which the start has checked: for how many seconds after `failed_at` a retry is open. */
export function retryWindowS(): number {
  return Number(process.env.RETRY_WINDOW_S || 86_400);
}

/** RECIPIENT_RETRY_WINDOW_S: for how many seconds after a campaign's end its single recipients can be sent to again. */
export function recipientRetryWindowS(): number {
  return Number(process.env.RECIPIENT_RETRY_WINDOW_S || 2_592_000);
}
