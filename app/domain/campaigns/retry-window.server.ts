/** RETRY_WINDOW_S, which the start has checked: for how many seconds after `failed_at` a retry is open. */
export function retryWindowS(): number {
  return Number(process.env.RETRY_WINDOW_S || 86_400);
}
