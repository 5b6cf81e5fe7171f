import type { OutgoingMessage } from './provider.ts';

/** Headers that Rollcall sets (RFC 8058). Any other could replace what SendGrid needs, or be taken for a request header. */
export const allowedHeaders: readonly string[] = ['List-Unsubscribe', 'List-Unsubscribe-Post'];

/**
 * One message in the form that @sendgrid/mail takes. Ids travel as custom_args of the personalization and come back with every event.
 * Headers belong to the personalization: the SDK also sends message-level ones as HTTP request headers.
 */
export function sendGridMail(message: OutgoingMessage) {
  const content = [
    ...(message.text ? [{ type: 'text/plain', value: message.text }] : []),
    ...(message.html ? [{ type: 'text/html', value: message.html }] : []),
  ];
  const headers = pickHeaders(message.headers ?? {});
  return {
    from: message.from,
    subject: message.subject ?? '',
    content: content as [(typeof content)[number]],
    personalizations: [
      {
        // An object, because the SDK splits a string at "<" into name and address.
        to: [{ email: message.to }],
        ...(Object.keys(headers).length > 0 ? { headers } : {}),
        customArgs: {
          rollcall_attempt: String(message.attemptId),
          rollcall_recipient: String(message.recipientId),
          rollcall_campaign: String(message.campaignId),
          rollcall_round: String(message.round),
        },
      },
    ],
  };
}

function pickHeaders(headers: Record<string, string>): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const allowed = allowedHeaders.find((one) => one.toLowerCase() === name.toLowerCase());
    if (allowed && !/[\r\n]/.test(value)) picked[allowed] = value;
  }
  return picked;
}
