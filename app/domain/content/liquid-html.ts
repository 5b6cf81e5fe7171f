import { type Context, type FilterImplOptions, type Liquid, TypeGuards, toValue } from 'liquidjs';
import { escapeHtml } from './escape-html.ts';
import { budgetOf } from './liquid-budget.ts';

/**
 * Escaping happens once. Everything a template puts out is escaped at the end, unless it is HTML already; so filters that escape only mark
 * their text, and filters that make HTML make it from escaped text.
 */
abstract class Text {
  /** Tells templates' conditions that this is a text (see liquid-truth.ts). */
  readonly isText = true;
  protected readonly content: string;

  constructor(content: string) {
    this.content = content;
  }

  get length(): number {
    return this.content.length;
  }

  toString(): string {
    return this.content;
  }

  toJSON(): string {
    return this.content;
  }
}

/** HTML, put out as it is. */
export class Markup extends Text {}

/** Text that its writer had escaped: the same as any other, but `raw` keeps it escaped, and HTML put behind it is HTML. */
class Escaped extends Text {}

type Handler = (this: FilterThis, value: unknown, ...args: unknown[]) => unknown;
interface FilterThis {
  context: Context;
  token: { args: unknown[] };
  liquid: Liquid;
}

const basicEntities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#34': '"', '#39': "'", nbsp: ' ' };

function unescapeHtml(html: string): string {
  return html.replace(/&(amp|lt|gt|quot|apos|nbsp|#34|#39);/g, (_, name: string) => basicEntities[name] as string);
}

function toHtml(value: unknown): string {
  return value instanceof Markup ? value.toString() : escapeHtml(textOf(value));
}

function textOf(value: unknown): string {
  const plain = toValue(value);
  if (plain === null || plain === undefined) return '';
  return Array.isArray(plain) ? plain.map(textOf).join('') : String(plain);
}

/** What a template puts out. */
export function escapeOutput(value: unknown): string {
  return Array.isArray(value) ? value.map(toHtml).join('') : toHtml(value);
}

const keep = (value: unknown) => value;

/** Of subjects, plain texts and SMS, where nothing is HTML: what makes HTML elsewhere leaves the text as it is. */
const plainFilters: Record<string, FilterImplOptions> = {
  escape: keep,
  escape_once: keep,
  xml_escape: keep,
  newline_to_br: keep,
};

const markEscaped = (value: unknown) => (value instanceof Text ? value : new Escaped(textOf(value)));

const htmlFilters: Record<string, FilterImplOptions> = {
  escape: markEscaped,
  xml_escape: markEscaped,
  escape_once: (value: unknown) =>
    value instanceof Text
      ? value
      : new Markup(textOf(value).replace(/[<>"']|&(?!(?:[a-z]+\d*|#\d+|#x[\da-f]+);)/gi, (character) => escapeHtml(character))),
  newline_to_br: (value: unknown) => new Markup(toHtml(value).replace(/\r\n?|\n/g, '<br />\n')),
  raw: (value: unknown) => (value instanceof Markup ? value : new Markup(value instanceof Escaped ? toHtml(value) : textOf(value))),
};

/** These make something else of a text than HTML. */
const fromText = new Set(['url_encode', 'cgi_escape', 'uri_escape', 'base64_encode', 'sha256', 'hmac_sha256', 'date', 'slugify']);

/** Puts our own filters in place, and has all others keep what is HTML and what is text apart. */
export function setFilters(engine: Liquid, html: boolean): void {
  const strip = handlerOf(engine.filters.strip_html);
  engine.registerFilter('strip_html', function (value: unknown) {
    return value instanceof Escaped ? value : unescapeHtml(String(strip.call(this as never, textOf(value))));
  });
  for (const [name, filter] of Object.entries(engine.filters)) {
    const handler = handlerOf(filter);
    if (name !== 'strip_html' && name !== 'raw') engine.registerFilter(name, html ? keepingHtml(name, handler) : counting(handler));
  }
  for (const [name, filter] of Object.entries(html ? htmlFilters : plainFilters)) engine.registerFilter(name, filter);
}

export function handlerOf(filter: FilterImplOptions | undefined): Handler {
  return (typeof filter === 'function' ? filter : filter?.handler) as Handler;
}

/** A list costs steps: what is done with each of its items is counted nowhere else. */
function counting(handler: Handler): Handler {
  return function (value, ...args) {
    if (Array.isArray(value)) budgetOf(this.context).step(value.length);
    return handler.call(this, value, ...args);
  };
}

const isHtml = (value: unknown): boolean =>
  value instanceof Markup || (Array.isArray(value) && value.some((item) => item instanceof Markup));

function keepingHtml(name: string, handler: Handler): Handler {
  const counted = counting(handler);
  return function (value, ...args) {
    const special = value instanceof Text || isHtml(value) || args.some(isHtml);
    if (!special) return counted.call(this, value, ...args);
    if (fromText.has(name)) return counted.call(this, value instanceof Markup ? unescapeHtml(String(value)) : String(value), ...args);
    return withHtml(this, counted, value, args);
  };
}

function* withHtml(self: FilterThis, handler: Handler, value: unknown, args: unknown[]): Generator<unknown, unknown, unknown> {
  const given = (index: number) => TypeGuards.isQuotedToken(self.token.args[index]);
  const brings = args.some((arg, index) => isHtml(arg) || (given(index) && /[<&]/.test(String(arg))));
  if (value instanceof Escaped && !brings) {
    const result = yield handler.call(self, value.toString(), ...args);
    return typeof result === 'string' ? new Escaped(result) : result;
  }
  // HTML comes into it: what the template itself says is HTML, what a column holds is text.
  const own = args.map((arg, index) => (Array.isArray(arg) || typeof arg === 'number' || given(index) ? arg : toHtml(arg)));
  const result = yield handler.call(self, Array.isArray(value) ? value : toHtml(value), ...own);
  if (Array.isArray(result)) return result.map((item) => (typeof item === 'string' ? new Markup(item) : item));
  return typeof result === 'string' ? new Markup(result) : result;
}
