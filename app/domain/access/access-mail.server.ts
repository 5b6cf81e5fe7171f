import { createProviders, type ProviderSettings } from '#app/providers/providers.server.ts';
import type { Database } from '#db/database.ts';
import { LINK_HOURS } from './access-link.ts';
import { linkUrl } from './link-secret.server.ts';

/** What of the configuration a mail needs; app/config/env.server.ts fits. */
export type MailSettings = ProviderSettings & { emailFrom?: string | undefined };

/** Can links be mailed? Else they are copied. */
export function canMail({ sendgridApiKey, emailFrom }: MailSettings): boolean {
  return Boolean(sendgridApiKey && emailFrom);
}

interface LinkMail {
  to: string;
  subject: string;
  lines: string[];
}

export function invitationMail(baseUrl: string, to: { email: string; name: string; by: string }, token: string): LinkMail {
  return {
    to: to.email,
    subject: 'Your account in Rollcall',
    lines: [
      `Hello ${to.name},`,
      `${to.by} invites you to Rollcall at ${baseUrl}. Choose your password here:`,
      linkUrl(baseUrl, token),
      `The link is good for ${LINK_HOURS.invitation / 24} days and can be used once. Nobody else gets to know your password.`,
      'If you did not expect this, do nothing.',
    ],
  };
}

export function resetMail(baseUrl: string, to: { email: string; name: string }, token: string, hours: number): LinkMail {
  return {
    to: to.email,
    subject: 'A new password for Rollcall',
    lines: [
      `Hello ${to.name},`,
      `somebody, most likely you, asked for a new password for your account in Rollcall at ${baseUrl}. Choose it here:`,
      linkUrl(baseUrl, token),
      `The link is good for ${hours === 1 ? 'an hour' : `${hours} hours`} and can be used once. Until then your password stays what it is.`,
      'If it was not you, do nothing.',
    ],
  };
}

/**
 * Sends a link now and once, as plain text and past the provider's counting of clicks, which would keep the link. The suppression list and
 * the limits of campaigns do not concern it.
 *
 * @returns why it was not sent, in a sentence; null where the provider took it
 */
export async function mailLink(db: Database, settings: MailSettings, { to, subject, lines }: LinkMail): Promise<string | null> {
  const providers = createProviders(settings);
  try {
    if (!providers.email || !settings.emailFrom) return 'No email account is configured.';
    // An attempt and a recipient that cannot be: the provider's events of this mail match nothing in the ledger.
    const { rows } = await db.pool.query<{ id: number }>(`select nextval('attempt_ids') as id`);
    const attemptId = rows[0]?.id as number;
    const result = await providers.email.send({
      campaignId: 0,
      recipientId: -attemptId,
      round: 0,
      attemptId,
      to,
      from: settings.emailFrom,
      subject,
      text: `${lines.join('\n\n')}\n`,
      untracked: true,
    });
    return result.outcome === 'accepted' ? null : result.reason;
  } finally {
    await providers.close();
  }
}
