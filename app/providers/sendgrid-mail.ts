import type { BodyParts, OutgoingMessage } from './provider.ts';

/** Headers that Rollcall sets (RFC 8058). Any other could replace what SendGrid needs, or be taken for a request header. */
const allowedHeaders: readonly string[] = ['List-Unsubscribe', 'List-Unsubscribe-Post'];

/** What @sendgrid/mail takes, as far as Rollcall uses it. */
export interface SendGridMail {
  from: string;
  subject: string;
  content: Content;
  personalizations: Personalization[];
  /** Around the names of substitutions. */
  substitutionWrappers?: [string, string];
  /** Of links and opening. */
  tracking?: false;
}

/** At least one, as the SDK's types demand; empty content is refused by SendGrid. */
type Content = [{ type: string; value: string }];

interface Personalization {
  to: { email: string }[];
  customArgs: Record<string, string>;
  headers?: Record<string, string>;
  subject?: string;
  substitutions?: Record<string, string>;
}

/**
 * One message in the form that @sendgrid/mail takes. Ids travel as custom_args of the personalization and come back with every event.
 * Headers belong to the personalization: the SDK also sends message-level ones as HTTP request headers.
 */
export function sendGridMail(message: OutgoingMessage): SendGridMail {
  return {
    from: message.from,
    subject: message.subject ?? '',
    content: contentOf(message.text, message.html),
    personalizations: [personalizationOf(message)],
    ...(message.untracked && { tracking: false }),
  };
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
  const wrappers: [string, string] = [`%${nonce}-`, '%'];
  const [left, right] = wrappers;
  const tagged = (parts: readonly string[] | undefined, name: string) =>
    parts?.reduce((whole, part, i) => `${whole}${left}${name}${i - 1}${right}${part}`);
  const [text, html] = [tagged(shared.text, 't'), tagged(shared.html, 'h')];
  const clean = ![...(shared.text ?? []), ...(shared.html ?? [])].some((part) => part.includes(left));

  const personalizations: Personalization[] = [];
  const included = messages.map((message) => {
    const substitutions = Object.fromEntries([...named(message.own?.text, 't'), ...named(message.own?.html, 'h')]);
    const bytes = Object.entries(substitutions).reduce((sum, [name, value]) => sum + utf8Bytes(left + name + right + value), 0);
    const fits = bytes <= MAX_SUBSTITUTIONS_BYTES && !`${message.subject}${Object.values(substitutions).join('')}`.includes(left);
    if (clean && fits) personalizations.push({ ...personalizationOf(message), subject: message.subject ?? '', substitutions });
    return clean && fits;
  });
  const mail: SendGridMail = {
    from: messages[0]?.from ?? '',
    subject: messages[0]?.subject ?? '',
    content: contentOf(text, html),
    substitutionWrappers: wrappers,
    personalizations,
  };
  return { mail: personalizations.length > 0 ? mail : null, included };
}

const named = (parts: readonly string[] | undefined, name: string) => parts?.map((part, i) => [`${name}${i}`, part] as const) ?? [];

const encoder = new TextEncoder();
const utf8Bytes = (text: string) => encoder.encode(text).length;

function contentOf(text: string | undefined, html: string | undefined): Content {
  const content = [...(text ? [{ type: 'text/plain', value: text }] : []), ...(html ? [{ type: 'text/html', value: html }] : [])];
  return content as Content;
}

function personalizationOf(message: OutgoingMessage): Personalization {
  const headers = pickHeaders(message.headers ?? {});
  return {
    // An object, because the SDK splits a string at "<" into name and address.
    to: [{ email: message.to }],
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    customArgs: {
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
