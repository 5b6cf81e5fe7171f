import { sayLiquidError } from './liquid-errors.ts';
import type { ContentField, ParsedContent, ParsedField } from './parse-content.ts';
import type { Variables } from './variable-value.ts';

/** The template does not work with this recipient's data. The message is a sentence for people, without their data. */
export class RenderError extends Error {
  override readonly name = 'RenderError';
  readonly field: ContentField;

  constructor(field: ContentField, message: string, cause?: unknown) {
    super(message, { cause });
    this.field = field;
  }
}

/** What one person gets. Email: a subject and at least one of html and text; SMS: text. */
export interface RenderedMessage {
  subject?: string;
  html?: string;
  text?: string;
  /** What is this person's own of html and text, where that was asked for and can be told. */
  own?: BodyParts;
}

/** Of html and text, either what everybody gets or what stands between it for one person (see Gaps). */
export interface BodyParts {
  html?: readonly string[];
  text?: readonly string[];
}

export interface MessageRecipient {
  address: string;
  variables: Variables;
  /** Where this person unsubscribes, asked for where the content has it; a preview has a link that belongs to nobody. */
  readonly unsubscribeUrl?: string | undefined;
}

/** Twilio takes 1,600 characters a message. */
export const MAX_SMS_LENGTH = 1600;

/**
 * Fills in a campaign's content for one recipient.
 *
 * @param apart tells what is this person's own, too: between the parts of `sharedBody` it makes the same message
 * @throws RenderError where Liquid fails, or nothing is left that could be sent
 */
export function renderMessage(content: ParsedContent, recipient: MessageRecipient, apart = false): RenderedMessage {
  const { address, variables } = recipient;
  const scope = {
    ...content.blank,
    ...variables,
    address,
    get unsubscribe_url() {
      return recipient.unsubscribeUrl ?? '/u/test';
    },
  };
  const message: RenderedMessage = {};
  if (content.channel === 'email') {
    message.subject = cleanSubject(renderField(content.subject, 'subject', scope).whole);
    if (message.subject === '') {
      throw new RenderError('subject', 'The subject is empty for this recipient.');
    }
  }
  const htmlField = renderField(content.html, 'html', scope, apart);
  const textField = renderField(content.text, 'text', scope, apart);
  const html = htmlField.whole;
  const text = cleanText(textField.whole);
  if (html.trim() !== '') {
    message.html = html;
  }
  if (text.trim() !== '') {
    message.text = text;
  }
  if (htmlField.own && textField.own) {
    message.own = { ...(message.html && { html: htmlField.own }), ...(message.text && { text: textField.own.map(cleanText) }) };
  }
  if (message.html === undefined && message.text === undefined) {
    throw new RenderError(content.html ? 'html' : 'text', 'The message is empty for this recipient.');
  }
  if (content.channel === 'sms' && text.length > MAX_SMS_LENGTH) {
    throw new RenderError('text', `The message is longer than ${MAX_SMS_LENGTH} characters for this recipient.`);
  }
  return message;
}

/** What everybody gets of a campaign's html and text: one part more than a person has of their own. */
export function sharedBody({ html, text }: ParsedContent): BodyParts {
  return { ...(html?.gaps && { html: html.gaps.shared }), ...(text?.gaps && { text: text.gaps.shared.map(cleanText) }) };
}

/** own: only where `apart` asks for it. */
function renderField(
  field: ParsedField | null,
  name: ContentField,
  scope: Variables,
  apart = false,
): { whole: string; own: readonly string[] | null } {
  if (!field) {
    return { whole: '', own: apart ? [] : null };
  }
  try {
    const own = (apart && field.gaps?.fill(scope)) || null;
    return { whole: own && field.gaps ? weave(field.gaps.shared, own) : field.render(scope), own };
  } catch (error) {
    throw new RenderError(name, sayLiquidError(error as Error).message, error);
  }
}

function weave(shared: readonly string[], own: readonly string[]): string {
  let whole = shared[0] ?? '';
  for (let i = 0; i < own.length; i++) whole += `${own[i]}${shared[i + 1]}`;
  return whole;
}

/** A line break in a subject would begin another header; what else is invisible has no business there either. */
function cleanSubject(subject: string): string {
  return subject.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

function cleanText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: tabs and line breaks stay, other control characters go
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '');
}
