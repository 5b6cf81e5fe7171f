import type { Provider } from '#app/providers/provider.ts';
import type { Database } from '#db/database.ts';
import type { Channel } from '../channel.ts';
import { RenderError, renderMessage } from '../content/render-message.ts';
import { unsubscribeLinks } from '../unsubscribe/unsubscribe-link.server.ts';
import { campaignContents } from './campaign-contents.server.ts';
import { foreignMessageIds } from './unknown-texts.server.ts';

/** A message that may have gone out. */
interface SentMessage {
  campaignId: number;
  recipientId: number;
  round: number;
  address: string;
  variables: Record<string, string>;
  /** When its attempt was claimed, ms since 1970. */
  startedAtMs: number;
}

/**
 * found: the provider has this message. nothing: it has none, or several that could be it, which decide nothing.
 * unanswered: it did not say; sending again now might double the message.
 */
export type Found = { is: 'found'; providerMessageId: string } | { is: 'nothing' | 'unanswered' };

export type LookUp = (sent: SentMessage, signal?: AbortSignal) => Promise<Found>;

/** The database's clock and the provider's may differ by this, and providers tell whole seconds. */
const CLOCKS_DIFFER_MS = 5_000;

/** How to look for a channel's messages at its provider; null where the provider has no list of them. */
export function createLookUp(
  db: Database,
  providers: Record<Channel, Provider | null>,
  channel: Channel,
  baseUrl: string,
  contents = campaignContents(db),
): LookUp | null {
  const provider = providers[channel];
  if (!provider?.find) return null;
  const linkOf = unsubscribeLinks(db, baseUrl, channel);
  return async ({ campaignId, recipientId, round, address, variables, startedAtMs }, signal) => {
    const [link, campaign] = await Promise.all([linkOf(), contents.get(campaignId)]);
    let text: string | undefined;
    try {
      const unsubscribeUrl = link({ campaignId, recipientId, round });
      text = renderMessage(campaign.content, { address, variables, unsubscribeUrl }).text;
    } catch (error) {
      if (error instanceof RenderError) return { is: 'nothing' };
      throw error;
    }
    const ids = await provider.find?.({ to: address, from: campaign.sender, text }, startedAtMs - CLOCKS_DIFFER_MS, signal);
    if (!ids) return { is: 'unanswered' };
    const foreign = ids.length === 0 ? [] : await foreignMessageIds(db.pool, address, ids);
    const [only, ...others] = ids.filter((id) => !foreign.includes(id));
    return only === undefined || others.length > 0 ? { is: 'nothing' } : { is: 'found', providerMessageId: only };
  };
}
