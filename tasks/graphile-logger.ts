import { Logger as GraphileLogger } from 'graphile-worker';
import type { Logger } from '#app/config/log.server.ts';

/**
 * Failed attempts are the business of the ledger and of the delivery log, and no errors of ours; the rest of what Graphile says goes to
 * our log.
 */
export function graphileLogger(log: Logger): GraphileLogger {
  return new GraphileLogger(() => (level, message, meta) => {
    if (/^(Send|Deliver)AgainLater$/.test((meta as { error?: Error } | undefined)?.error?.name ?? '')) return;
    // With a local queue and batched completion, jobs need no connection each.
    if (/maxPoolSize .* smaller than concurrency/.test(message)) return;
    if (level === 'error') log.error({ queue: true }, message);
    else if (level === 'warning') log.warn({ queue: true }, message);
    else log.debug({ queue: true }, message);
  });
}
