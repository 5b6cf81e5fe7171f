import { createHash } from 'node:crypto';
import type { CampaignJson } from './campaign.ts';

/** A draft as the audit log has it: what it says by its hash and size, everything else as it is. */
export function auditedDraft(
  draft: Pick<CampaignJson, 'name' | 'channel' | 'subject' | 'html' | 'text' | 'from' | 'max_retries' | 'unknown_policy'>,
): Record<string, unknown> {
  const { name, channel, subject, html, text, from, max_retries, unknown_policy } = draft;
  return { name, channel, subject, html: contentOf(html), text: contentOf(text), from, max_retries, unknown_policy };
}

/** Which content goes out, by hash: whoever has the text can tell whether it is the one. */
export function contentHash({ channel, subject, html, text }: Pick<CampaignJson, 'channel' | 'subject' | 'html' | 'text'>): string {
  return createHash('sha256')
    .update(JSON.stringify([channel, subject, html, text]))
    .digest('hex');
}

function contentOf(content: string | null | undefined): string | null {
  if (content == null) return null;
  return `${content.length} characters, sha256 ${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;
}
