import type { Pool } from 'pg';

/** Jobs kept queued over all campaigns; Graphile slows down on a large table, and pause and cancel must be instant. */
export const JOB_WINDOW = 4_000;
/** What a campaign may always queue, however many others are sending. */
const SMALLEST_WINDOW = 100;

/**
 * Tops up one campaign's window of send jobs: its next pending recipients become `queued` and get their jobs in one statement, so
 * neither exists without the other. Windows are shared evenly among the campaigns that are sending.
 *
 * It goes on behind the last one it took, so that it never walks over the index entries that all those before left dead; these stay
 * until they are vacuumed, and while anybody holds an old snapshot they cannot be.
 *
 * A held provider's campaigns are not topped up; where messages per second are limited, the window is 2 s of them.
 *
 * @param rates messages per second where the settings say none
 * @returns how many were queued, and whether there is room and reason for more
 */
export async function dispatchRecipients(
  pool: Pool,
  campaignId: number,
  rates: { email?: number | undefined; sms?: number | undefined } = {},
): Promise<{ queued: number; more: boolean }> {
  const { rows } = await pool.query<{ queued: number; more: boolean }>('select queued, more from dispatch_recipients($1, $2, $3, $4, $5)', [
    campaignId,
    SMALLEST_WINDOW,
    JOB_WINDOW,
    rates.email,
    rates.sms,
  ]);
  return rows[0] as { queued: number; more: boolean };
}
