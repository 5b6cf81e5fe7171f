import type { Finding } from './finding.ts';
import { maskUnsent, replaceTags } from './mask-template.ts';
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
  // A tag's quotation marks would end an attribute.
  const sent = replaceTags(maskUnsent(html), liquidStandIn);
  return [...findings, ...deadLinks(sent, html), ...bareImages(sent).slice(0, MAX_TOLD)];
}

/** Of the same length, without quotation marks; what puts something out is not empty. */
function liquidStandIn(tag: string): string {
  const letter = tag.startsWith('{{') ? '\u0001' : '\u0002';
  return tag.replace(/[^\n]/g, letter);
}

/** Filters that leave the link what it is. */
const harmless = /^(?:escape|escape_once|xml_escape|raw|default|strip|lstrip|rstrip|strip_newlines|append|echo|json)$/;

/** What makes another link of `{{ unsubscribe_url }}`, in HTML and in text. */
export function brokenWaysOut(template: string): Finding[] {
  const link = /(https?:\/\/\s*)?\{\{-?\s*unsubscribe_url\b\s*((?:\|[^{}]{0,300})?)\}\}/g;
  return [...template.matchAll(link)].slice(0, MAX_TOLD).flatMap((match): Finding[] => {
    const told = (fault: string) => [
      { offset: match.index, severity: 'error' as const, message: `The link to unsubscribe ${fault}. Write {{ unsubscribe_url }}.` },
    ];
    if (match[1]) return told('has “https://” twice, so nobody could leave the list');
    const filters = (match[2] ?? '').replace(/"[^"]*"|'[^']*'/g, '').matchAll(/\|\s*(\w+)/g);
    const [filter] = [...filters].map(([, name = '']) => name).filter((name) => !harmless.test(name));
    // As a part of another link it has to be encoded.
    if (!filter || (/encode|cgi_escape/.test(filter) && /[=:/]$/.test(template.slice(0, match.index)))) return [];
    // Whether it does depends on how long the link of a person is: not tried, told.
    return told(`goes through “${filter}”, which can change it, and a changed link lets nobody leave the list`);
  });
}

function attribute(tag: string, name: string): string | null {
  const match = new RegExp(`[\\s"'\u0001\u0002]${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(tag);
  return match ? (match[1] ?? match[2] ?? match[3] ?? '') : new RegExp(`\\s${name}(?=[\\s>/])`, 'i').test(tag) ? '' : null;
}

/** A way out that works, however its tag is written. */
const leadsOut = /\bhref\s*=\s*["']?\s*\{\{-?\s*unsubscribe_url\b/i;

function deadLinks(sent: string, html: string): Finding[] {
  const links = sent.matchAll(/<(a|area)\b([^<>]{0,3000})>([\s\S]{0,400}?)(?=<\/a\b|<a\b|$)/gi);
  const places = new Set([...html.matchAll(/\s(?:id|name)\s*=\s*["']?([\w-]+)/gi)].map(([, name]) => name));
  const dead = (match: RegExpExecArray): Finding[] => {
    const [whole, , attributes = '', inside = ''] = match;
    const href = attribute(` ${attributes} `, 'href');
    const link = html.slice(match.index, match.index + whole.length);
    // Pictures and titles have words, too.
    const hidden = [...link.matchAll(/\s(?:alt|title|aria-label)\s*=\s*(?:"([^"]{0,200})"|'([^']{0,200})')/gi)].map(
      (one) => one[1] ?? one[2],
    );
    const words = `${link.replace(/^<[^>]*>/, '').replace(/<[^>]*>/g, ' ')} ${hidden.join(' ')}`;
    const label = inside
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    if (href === null && (/\s(?:name|id)\s*=/i.test(attributes) || !isUnsubscribing(words) || leadsOut.test(link))) return [];
    const fault = faultOf(href) ?? (href && isUnsubscribing(words) ? faultOfWayOut(href, html, match.index, places) : null);
    if (!fault) return [];
    const shown = `<a href="${clean(href ?? '')}">`;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they stand for Liquid's tags
    const name = label && !/[\u0001\u0002]/.test(label) ? ` (“${label.slice(0, 40)}”)` : '';
    if (isUnsubscribing(words) || isUnsubscribing(href ?? '') || (isJustHere(words) && isUnsubscribing(around(html, match)))) {
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
  };
  const findings: Finding[] = [];
  // However many others there are, a dead way out is told.
  for (const link of links) {
    findings.push(...dead(link).filter(({ severity }) => severity === 'error' || findings.length < MAX_TOLD));
    if (findings.length >= 2 * MAX_TOLD) break;
  }
  return findings;
}

/** "To unsubscribe click here": the words that say where it leads stand beside the link, in no link of their own. */
function isJustHere(words: string): boolean {
  return (
    words.trim().length < 30 &&
    /\b(?:here|this link|link|hier|ici|aqu[ií]|qui|clique|clic|tutaj|her|här|tästä|сюда|здесь)\b|^\s*$/iu.test(words)
  );
}

function around(html: string, { 0: whole, index }: RegExpExecArray): string {
  const before = html.slice(Math.max(0, index - 150), index).replace(/^[\s\S]*(?:<\/a\b[^>]*>|<\/?(?:p|td|div|li)\b[^>]*>)/i, '');
  const after = html
    .slice(index + whole.length, index + whole.length + 150)
    .replace(/^\s*<\/a\b[^>]*>/i, '')
    .replace(/(?:<a\b|<\/?(?:p|td|div|li)\b)[\s\S]*$/i, '');
  return `${before} ${after}`.replace(/<[^>]*>/g, ' ');
}

/** What is worse where it should be the way out: places that nobody can reach, and what is left of a column that is empty. */
function faultOfWayOut(href: string, html: string, at: number, places: ReadonlySet<string | undefined>): string | null {
  const target = href.trim();
  if (/^#/.test(target)) {
    return places.has(target.slice(1)) ? null : 'leads to a place that the message does not have';
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it stands for Liquid's outputs
  if (/^mailto:/i.test(target) && !/@|%40|\u0001/i.test(target)) return 'has no address';
  if (/^(?:file|blob):/i.test(target)) return 'leads to a file of your own';
  const host = /^https?:\/\/([^/?#:]+)/i.exec(target)?.[1];
  if (host && /^(?:localhost|127\.\d|[\w-]+$)/i.test(host)) return 'leads to a place that nobody else can reach';
  const tag = /^\s*\{\{[^{}]*\|\s*default:\s*(["'])(.*?)\1/.exec(
    /href\s*=\s*["']?([\s\S]{0,300})/i.exec(html.slice(at, at + 3_000))?.[1] ?? '',
  );
  return tag && !/\{\{-?\s*unsubscribe_url\b/.test(tag[0]) && faultOf(tag[2] ?? '') ? 'leads nowhere for whoever lacks it' : null;
}

/** Why a link leads nowhere; null for one that may lead somewhere. */
function faultOf(href: string | null): string | null {
  const target = (href ?? '').trim();
  if (target === '' || target === '#') return 'leads nowhere';
  if (/^#/.test(target)) return null;
  if (/^(?:https?:)?\/*[#?]?$/i.test(target) || /^(?:javascript:|about:blank)/i.test(target)) return 'leads nowhere';
  if (/^(?:mailto|tel|sms):\s*(?:\?|$)/i.test(target)) return 'leads nowhere';
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
