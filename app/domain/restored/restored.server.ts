import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import type { CampaignStatus } from '../campaigns/campaign.ts';
import type { Channel } from '../channel.ts';
import { confirmRestored, ledgerState, noteRestored, type RestoredHow } from './ledger-home.server.ts';

/** An earlier copy of the database, about which nobody has said yet that sending may go on. Times are ISO 8601 in UTC. */
export interface Restored {
  /** null: it was noticed, and no worker has noted it yet. */
  restored_at: string | null;
  how: RestoredHow;
  /** The newest that it knows of. */
  known_until: string | null;
}

/** null: nothing to say. One small statement, for every page. */
export async function restoredState(db: Database): Promise<Restored | null> {
  ask('campaigns:read');
  const { rows } = await db.pool.query<{
    state: string;
    restored_at: Date | null;
    restored_how: RestoredHow | null;
    known_until: Date | null;
  }>('select ledger_state(1) as state, restored_at, restored_how, known_until from ledger_home');
  const row = rows[0];
  if (!row || row.state === 'home') return null;
  if (row.state === 'copied' || row.state === 'recovered' || row.state === 'older')
    return { restored_at: null, how: row.state, known_until: null };
  return {
    restored_at: row.restored_at?.toISOString() ?? null,
    how: row.restored_how ?? 'told',
    known_until: row.known_until?.toISOString() ?? null,
  };
}

export interface RestoredCampaign {
  id: number;
  name: string;
  channel: Channel;
  status: CampaignStatus;
  sent: number;
  unknown: number;
  /** Still waiting, in a campaign that was paused. */
  pending: number;
  scheduled_at: string | null;
  /** Its open recipients are being marked right now. */
  doubtful: boolean;
}

/**
 * What to look at before sending goes on: campaigns that were being sent, were paused, or begin by themselves later, and those that would have begun
 * without the approval that they need, which are drafts again. At most 200.
 */
export async function restoredCampaigns(db: Database): Promise<RestoredCampaign[]> {
  ask('campaigns:read');
  const { rows } = await db.pool.query<Omit<RestoredCampaign, 'scheduled_at'> & { scheduled_at: Date | null }>(
    `select id, name, channel, status, sent, unknown, pending + queued + retrying as pending, scheduled_at, doubtful
     from campaigns where known_until = (select known_until from ledger_home) or status in ('SCHEDULED', 'SENDING')
       or (status = 'DRAFT' and approval ->> 'state' = 'withdrawn' and approval ->> 'withdrawn_at' = (select utc_text(restored_at) from ledger_home))
     order by status, id limit 200`,
  );
  return rows.map((row) => ({ ...row, scheduled_at: row.scheduled_at?.toISOString() ?? null }));
}

/** Said by a person (`npm run restored`), or by the command that restored it. @returns false where the product had noticed already */
export async function tellRestored(db: Database): Promise<boolean> {
  const state = await ledgerState(db.pool, 0);
  if (state === 'restored') return false;
  const noted = await noteRestored(db.pool, state === 'home' ? 'told' : state, null);
  if (noted) await audit(db.pool, { action: 'ledger.restored', object: { type: 'ledger' } });
  return noted;
}

/** Sending may go on: what the restored copy was sending stays paused until each is decided. @returns false where there was nothing to say */
export async function goOnSending(db: Database, who: string): Promise<boolean> {
  ask('settings:write');
  const state = await ledgerState(db.pool, 0);
  if (state !== 'home' && state !== 'restored') await noteRestored(db.pool, state, 0);
  const confirmed = await confirmRestored(db.pool, who);
  if (confirmed) await audit(db.pool, { action: 'ledger.release', object: { type: 'ledger' }, after: { said_by: who } });
  return confirmed;
}
