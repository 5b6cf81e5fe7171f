import type { Finding } from './finding.ts';
import { maskUnsent } from './mask-template.ts';
import { isUnsubscribing } from './unsubscribe-words.ts';

/** Gmail shows the first 102 kB of a message, and the rest behind a link: with it, the link to unsubscribe. */
const GMAIL_CLIPS_AT = 102 * 1024;
const MAX_TOLD = 20;

/** What works, and yet will look or do wrong in the mailbox. A dead link that says "unsubscribe" is more than that: nobody could leave. */
export function htmlHints(html: string): Finding[] {
  const findings: Finding[] = [];
  const bytes = new TextEncoder().encode(html).length;
  if (bytes > GMAIL_CLIPS_AT) {
    const size = Math.round(bytes / 1024);
    findings.push({
      offset: 0,
      severity: 'warning',
      message: `The HTML has ${size} kB. Gmail cuts a message off after 102 kB, and its end, often the link to unsubscribe, is hidden.`,
    });
  }
  for (const match of html.matchAll(/https?:\/\/\s*\{\{-?\s*unsubscribe_url\b/g)) {
    const message = 'The link to unsubscribe has “https://” twice, so nobody could leave the list. Write <a href="{{ unsubscribe_url }}">.';
    findings.push({ offset: match.index, severity: 'error', message });
  }
  // A tag's quotation marks would end an attribute.
  const sent = maskUnsent(html).replace(/\{\{(?:(?!\}\})[\s\S]){0,2000}\}\}|\{%(?:(?!%\})[\s\S]){0,2000}%\}/g, (tag) => liquidStandIn(tag));
  return [...findings, ...deadLinks(sent, html).slice(0, MAX_TOLD), ...bareImages(sent).slice(0, MAX_TOLD)];
}

/** Of the same length, without quotation marks; what puts something out is not empty. */
function liquidStandIn(tag: string): string {
  const letter = tag.startsWith('{{') ? '\u0001' : '\u0002';
  return tag.replace(/[^\n]/g, letter);
}

function attribute(tag: string, name: string): string | null {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(tag);
  return match ? (match[1] ?? match[2] ?? match[3] ?? '') : new RegExp(`\\s${name}(?=[\\s>/])`, 'i').test(tag) ? '' : null;
}

function deadLinks(sent: string, html: string): Finding[] {
  const links = sent.matchAll(/<(a|area)\b([^<>]{0,3000})>([\s\S]{0,400}?)(?=<\/a\b|<a\b|$)/gi);
  return [...links].flatMap((match): Finding[] => {
    const [whole, , attributes = '', inside = ''] = match;
    const href = attribute(` ${attributes} `, 'href');
    const words = html
      .slice(match.index, match.index + whole.length)
      .replace(/^<[^>]*>/, '')
      .replace(/<[^>]*>/g, ' ');
    const label = inside
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    if (href === null && (/\s(?:name|id)\s*=/i.test(attributes) || !isUnsubscribing(words))) return [];
    const fault = faultOf(href);
    if (!fault) return [];
    const shown = `<a href="${clean(href ?? '')}">`;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they stand for Liquid's tags
    const name = label && !/[\u0001\u0002]/.test(label) ? ` (“${label.slice(0, 40)}”)` : '';
    if (isUnsubscribing(words) || isUnsubscribing(href ?? '')) {
      return [
        {
          offset: match.index,
          severity: 'error',
          message: `The link to unsubscribe${name} ${fault}, so nobody could leave the list. Write <a href="{{ unsubscribe_url }}">.`,
        },
      ];
    }
    return [
      {
        offset: match.index,
        severity: 'warning',
        message: `The link ${shown}${name} ${fault}. Give it an address, such as https://example.com.`,
      },
    ];
  });
}

/** Why a link leads nowhere; null for one that may lead somewhere. */
function faultOf(href: string | null): string | null {
  const target = (href ?? '').trim();
  if (target === '' || target === '#') return 'leads nowhere';
  if (/^#/.test(target)) return null;
  if (/^(?:https?:)?\/*$/i.test(target) || /^(?:javascript:|about:blank)/i.test(target)) return 'leads nowhere';
  if (/^(?:mailto|tel|sms):\s*$/i.test(target)) return 'leads nowhere';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they stand for Liquid's tags
  if (/^\u0002*\u0001/.test(target) || /^\u0002/.test(target)) return null;
  if (/^https?:\/\/\s*https?:/i.test(target)) return 'has “https://” twice';
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return null;
  if (/^(?:\/\/)[\w-]+\./.test(target)) return null;
  // Other products' tags are told by themselves.
  if (/[*%[\]{}<>|$~]|::|@@|##|&#|&l/i.test(target)) return null;
  return 'has no “https://” and leads nowhere in a mailbox';
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they stand for Liquid's tags
const clean = (href: string) => href.replace(/[\u0001\u0002]+/g, '…').slice(0, 60);

function bareImages(sent: string): Finding[] {
  const images = [...sent.matchAll(/<img\b[^<>]{0,3000}>/gi)].filter(([tag]) => attribute(tag, 'alt') === null);
  const first = images[0];
  if (!first) return [];
  const others = images.length > 1 ? `${images.length} images have` : 'An image has';
  const message = `${others} no alternative text: many people see no images, or hear the message. Write <img alt="…">, or alt="" where it is only decoration.`;
  return [{ offset: first.index, severity: 'warning', message }];
}
