import { classes } from '@sendgrid/helpers';
import type { BodyParts, OutgoingMessage } from './provider.ts';

/** Headers that Rollcall sets (RFC 8058). Any other could replace what SendGrid needs, or be taken for a request header. */
const allowedHeaders: readonly string[] = ['List-Unsubscribe', 'List-Unsubscribe-Post'];

/** The body of `POST /v3/mail/send`, as far as Rollcall uses it. */
interface MailBody {
  from: { email: string; name?: string };
  subject: string;
  personalizations: Personalization[];
  content: { type: string; value: string }[];
  tracking_settings?: typeof untracked;
}

/** Links as they are, and no picture that tells of an opening. */
const untracked = { click_tracking: { enable: false, enable_text: false }, open_tracking: { enable: false } };

interface Personalization {
  to: { email: string }[];
  headers?: Record<string, string>;
  substitutions?: Record<string, string>;
  custom_args: Record<string, string>;
  subject?: string;
}

/**
 * A mail that knows its body already. The SDK's own builds it from pieces by way of several copies and converts every name on the way, which is a
 * sixth of a worker's time.
 */
class BuiltMail extends classes.Mail {
  #body: MailBody;

  constructor(body: MailBody) {
    super();
    this.#body = body;
  }

  override toJSON() {
    return this.#body as unknown as ReturnType<classes.Mail['toJSON']>;
  }
}

/**
 * One message, for @sendgrid/mail to send. Ids travel as custom_args of the personalization and come back with every event.
 * Headers belong to the personalization: the SDK also sends message-level ones as HTTP request headers.
 */
export function sendGridMail(message: OutgoingMessage): classes.Mail {
  return new BuiltMail({
    from: senderOf(message.from),
    subject: message.subject ?? '',
    personalizations: [personalizationOf(message)],
    content: contentOf(message.text, message.html),
    ...(message.untracked && { tracking_settings: untracked }),
  });
}

/** SendGrid's limit on what is filled in for one person, names included. */
const MAX_SUBSTITUTIONS_BYTES = 10_000;

/**
 * One mail for several people: what is everybody's stands in its content once, with a tag in each gap, and each personalization says what
 * its tags stand for. SendGrid replaces tags as plain text, so a message that holds the beginning of a tag is left out, and so is one with
 * more of its own than SendGrid fills in.
 *
 * @param nonce part of each tag, so that no text holds one by chance or by intent
 * @returns the mail, null where nobody is left for it, and whether each of the messages is part of it
 */
export function sharedSendGridMail(messages: readonly OutgoingMessage[], shared: BodyParts, nonce: string) {
  const [left, right] = [`%${nonce}-`, '%'];
  const tagged = (parts: readonly string[] | undefined, name: string) =>
    parts?.reduce((whole, part, i) => `${whole}${left}${name}${i - 1}${right}${part}`);
  const [text, html] = [tagged(shared.text, 't'), tagged(shared.html, 'h')];
  const clean = ![...(shared.text ?? []), ...(shared.html ?? [])].some((part) => part.includes(left));

  const personalizations: Personalization[] = [];
  const included = messages.map((message) => {
    const named = (parts: readonly string[] | undefined, name: string) =>
      parts?.map((part, i) => [`${left}${name}${i}${right}`, part] as const) ?? [];
    const substitutions = Object.fromEntries([...named(message.own?.text, 't'), ...named(message.own?.html, 'h')]);
    const bytes = Object.entries(substitutions).reduce((sum, [tag, value]) => sum + utf8Bytes(tag + value), 0);
    const fits = bytes <= MAX_SUBSTITUTIONS_BYTES && !`${message.subject}${Object.values(substitutions).join('')}`.includes(left);
    if (clean && fits) personalizations.push({ ...personalizationOf(message), subject: message.subject ?? '', substitutions });
    return clean && fits;
  });
  const first = messages[0];
  if (!first || personalizations.length === 0) return { mail: null, included };
  const body = { from: senderOf(first.from), subject: first.subject ?? '', personalizations, content: contentOf(text, html) };
  return { mail: new BuiltMail(body), included };
}

const encoder = new TextEncoder();
const utf8Bytes = (text: string) => encoder.encode(text).length;

/** `Name <address>` or an address. */
const senderOf = (from: string) => new classes.EmailAddress(from).toJSON() as MailBody['from'];

function contentOf(text: string | undefined, html: string | undefined): MailBody['content'] {
  return [...(text ? [{ type: 'text/plain', value: text }] : []), ...(html ? [{ type: 'text/html', value: html }] : [])];
}

function personalizationOf(message: OutgoingMessage): Personalization {
  const headers = pickHeaders(message.headers ?? {});
  return {
    to: [{ email: message.to }],
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    custom_args: {
      rollcall_attempt: String(message.attemptId),
      rollcall_recipient: String(message.recipientId),
      rollcall_campaign: String(message.campaignId),
      rollcall_round: String(message.round),
    },
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
