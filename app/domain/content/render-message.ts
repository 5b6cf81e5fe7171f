import { sayLiquidError } from './liquid-errors.ts';
import type { ContentField, ParsedContent, ParsedField } from './parse-content.ts';

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
}

export interface MessageRecipient {
  address: string;
  variables: Record<string, string>;
  /** Where this person unsubscribes; a preview has a link that belongs to nobody. */
  unsubscribeUrl?: string | undefined;
}

/** Twilio takes 1,600 characters a message. */
export const MAX_SMS_LENGTH = 1600;

/**
 * Fills in a campaign's content for one recipient.
 *
 * @throws RenderError where Liquid fails, or nothing is left that could be sent
 */
export function renderMessage(
  content: ParsedContent,
  { address, variables, unsubscribeUrl = '/u/test' }: MessageRecipient,
): RenderedMessage {
  const scope = { ...content.blank, ...variables, address, unsubscribe_url: unsubscribeUrl };
  const message: RenderedMessage = {};
  if (content.channel === 'email') {
    message.subject = cleanSubject(renderField(content.subject, 'subject', scope));
    if (message.subject === '') {
      throw new RenderError('subject', 'The subject is empty for this recipient.');
    }
  }
  const html = renderField(content.html, 'html', scope);
  const text = cleanText(renderField(content.text, 'text', scope));
  if (html.trim() !== '') {
    message.html = html;
  }
  if (text.trim() !== '') {
    message.text = text;
  }
  if (message.html === undefined && message.text === undefined) {
    throw new RenderError(content.html ? 'html' : 'text', 'The message is empty for this recipient.');
  }
  if (content.channel === 'sms' && text.length > MAX_SMS_LENGTH) {
    throw new RenderError('text', `The message is longer than ${MAX_SMS_LENGTH} characters for this recipient.`);
  }
  return message;
}

function renderField(field: ParsedField | null, name: ContentField, scope: Record<string, string>): string {
  if (!field) {
    return '';
  }
  try {
    return field.render(scope);
  } catch (error) {
    throw new RenderError(name, sayLiquidError(error as Error).message, error);
  }
}

/** A line break in a subject would begin another header; what else is invisible has no business there either. */
function cleanSubject(subject: string): string {
  return subject.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

function cleanText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: tabs and line breaks stay, other control characters go
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '');
}
