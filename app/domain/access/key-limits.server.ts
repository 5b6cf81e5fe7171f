import type { Database } from '#db/database.ts';
import type { Channel } from '../channel.ts';
import { notFound, Problem } from '../problem.ts';
import { refuse } from './refusals.server.ts';
import type { Viewer } from './roles.ts';

/** A key may be limited to one campaign, or to those of one channel; people never are. */
export type Limited = Pick<Viewer, 'campaignId' | 'channel'>;

export const isLimited = ({ campaignId, channel }: Limited): boolean => campaignId !== undefined || channel !== undefined;

/** The words for whoever asks for something beside it. */
export function beyondLimit(viewer: Limited): Problem {
  const limit =
    viewer.campaignId === undefined ? `${viewer.channel === 'sms' ? 'SMS' : 'email'} campaigns` : `campaign ${viewer.campaignId}`;
  const why = `This API key is for ${limit} alone. Use a key without such a limit; an administrator makes one under Settings, API keys.`;
  refuse({ action: 'access.use', refused: why });
  return new Problem(403, 'forbidden', why);
}

/** Another campaign is as good as none for a key that is limited. @throws Problem 404 */
export async function assertReaches(db: Database, viewer: Limited, campaignId: number): Promise<void> {
  if (viewer.campaignId !== undefined && viewer.campaignId !== campaignId) throw another(campaignId);
  if (viewer.channel === undefined) return;
  const { rows } = await db.pool.query<{ channel: Channel }>('select channel from campaigns where id = $1', [campaignId]);
  if (rows[0]?.channel !== viewer.channel) throw another(campaignId);
}

function another(id: number): Problem {
  refuse({ action: 'access.use', refused: 'The key is for other campaigns.', object: { type: 'campaign', id } });
  return notFound('There is no campaign');
}

/**
 * The channel that a key for one of them is answered about, whichever it asks for.
 *
 * @returns what was asked for, where the key is not limited
 * @throws Problem 403 for the other channel, and for a key that is for one campaign
 */
export function channelWithin<Asked extends Channel | undefined>(viewer: Limited, asked: Asked): Asked | Channel {
  if (viewer.campaignId !== undefined || (viewer.channel && asked && asked !== viewer.channel)) throw beyondLimit(viewer);
  return viewer.channel ?? asked;
}
