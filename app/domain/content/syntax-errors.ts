import type { Liquid, Template } from 'liquidjs';
import type { Finding } from './finding.ts';
import { variableFor } from './foreign-names.ts';
import { plainEngine } from './liquid.ts';
import { sayLiquidError } from './liquid-errors.ts';
import { type TemplateUses, usesOf } from './template-uses.ts';
import { isUnsubscribing } from './unsubscribe-words.ts';

/** Liquid stops at its first complaint. Here each tag of a broken template is read by itself, so that all of them are told at once. */

interface Piece {
  kind: 'output' | 'tag';
  inner: string;
  offset: number;
}

const blocks = new Set(['if', 'unless', 'case', 'for', 'tablerow', 'capture']);
const MAX_TOLD = 40;

/** @returns nothing where the tags are right one by one and the fault lies between them, beyond what is known here */
export function syntaxErrors(template: string, engine: Liquid, known: readonly string[]): { findings: Finding[]; uses: TemplateUses } {
  const { pieces, findings } = piecesOf(template);
  const uses: TemplateUses = { variables: [], filters: [], slips: [], made: new Set() };
  const parsed: { templates: Template[]; shift: number }[] = [];
  const error = (offset: number, message: string) => findings.push({ offset, message, severity: 'error' });
  const open: { name: string; piece: Piece }[] = [];
  const unread = new Set<Piece>();
  for (const piece of pieces) {
    const told = explained(piece, known);
    if (told) {
      error(piece.offset, told);
      unread.add(piece);
      if (piece.kind === 'tag' && /^\s*(?:if|unless|case|for|tablerow|capture)\b/.test(piece.inner)) standalone(piece, open, error);
      continue;
    }
    const source = piece.kind === 'tag' ? standalone(piece, open, error) : `{{${piece.inner}}}`;
    if (source === null) continue;
    try {
      parsed.push({ templates: engine.parse(source), shift: piece.offset });
    } catch (cause) {
      unread.add(piece);
      error(piece.offset, sayLiquidError(cause as Error).message);
    }
  }
  for (const { piece, name } of open) if (!unread.has(piece)) error(piece.offset, `{%${piece.inner}%} has no end: add {% end${name} %}.`);
  for (const { templates } of parsed) for (const name of usesOf(templates).made) uses.made.add(name);
  for (const { templates, shift } of parsed) {
    const own = usesOf(templates, uses.made);
    uses.variables.push(...own.variables.map((use) => ({ ...use, offset: shift })));
    uses.filters.push(...own.filters.map((use) => ({ ...use, offset: shift })));
    uses.slips.push(...own.slips.map((slip) => ({ ...slip, offset: shift })));
  }
  return { findings: findings.slice(0, MAX_TOLD), uses };
}

/** Outputs and tags in their order, and those that are never closed. */
function piecesOf(template: string): { pieces: Piece[]; findings: Finding[] } {
  const pieces: Piece[] = [];
  const findings: Finding[] = [];
  const marks = [...template.matchAll(/\{\{\{?|\{%|\}?\}\}|%\}/g)];
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i] as RegExpExecArray;
    if (!mark[0].startsWith('{')) continue;
    const output = mark[0] !== '{%';
    const next = marks[i + 1];
    const closed = next && (output ? next[0].endsWith('}}') : next[0] === '%}');
    const offset = mark.index;
    if (!closed) {
      const text = template.slice(offset, Math.min(offset + 60, next?.index ?? template.length));
      const message = sayLiquidError(new Error(`${output ? 'output' : 'tag'} "${text}" not closed`)).message;
      findings.push({ offset, message, severity: 'error' });
      continue;
    }
    const inner = template.slice(offset + 2, output ? next.index + next[0].length - 2 : next.index).replace(/^-|-$/g, '');
    i++;
    pieces.push({ kind: output ? 'output' : 'tag', inner, offset });
    const hidden = output ? null : /^\s*(raw|comment)\b/.exec(inner)?.[1];
    if (!hidden) continue;
    const end = new RegExp(`^\\{%-?\\s*end${hidden}\\s*-?%\\}`);
    const at = marks.findIndex((later, index) => index > i && later[0] === '{%' && end.test(template.slice(later.index, later.index + 40)));
    pieces.pop();
    if (at === -1) {
      findings.push({ offset, message: `{% ${hidden} %} has no end: add {% end${hidden} %}.`, severity: 'error' });
      break;
    }
    i = at + 1;
  }
  return { pieces, findings };
}

/** The tag as a template of its own; null where there is nothing to read in it. Keeps the blocks that are open. */
function standalone(piece: Piece, open: { name: string; piece: Piece }[], error: (offset: number, message: string) => void): string | null {
  const [, name = '', args = ''] = /^\s*(#|\w+)?([\s\S]*)$/.exec(piece.inner) ?? [];
  const around = open.at(-1)?.name;
  if (name.startsWith('end')) {
    const block = name.slice(3);
    if (!blocks.has(block)) return `{%${piece.inner}%}`;
    if (!open.some((one) => one.name === block)) error(piece.offset, `{% ${name} %} has no {% ${block} %} before it.`);
    else
      for (let last = open.pop(); last && last.name !== block; last = open.pop()) {
        error(last.piece.offset, `{%${last.piece.inner}%} has no end: add {% end${last.name} %}.`);
      }
    return null;
  }
  if (name === 'else' || name === 'elsif' || name === 'when') {
    const places = { else: 'if unless case for tablerow', elsif: 'if unless', when: 'case' }[name].split(' ');
    if (!around || !places.includes(around)) error(piece.offset, `{% ${name} %} stands outside of the block that it belongs to.`);
    if (name === 'elsif') return `{% if ${args} %}{% endif %}`;
    return name === 'when' ? `{% case "" %}{% when ${args} %}{% endcase %}` : null;
  }
  if (!blocks.has(name)) return `{%${piece.inner}%}`;
  open.push({ name, piece });
  return `{%${piece.inner}%}{% end${name} %}`;
}

/** Slips that people bring from elsewhere, each with what to write. */
function explained({ kind, inner }: Piece, known: readonly string[]): string | null {
  const text = inner.trim();
  const shown = kind === 'tag' ? `{%${inner}%}` : `{{${inner}}}`;
  if (kind === 'tag') {
    if (!((/^\w*/.exec(text)?.[0] as string) in plainEngine.tags) && !/^(?:end|else|elsif|when)/.test(text) && isUnsubscribing(text))
      return `${shown} is no link to unsubscribe here, so nobody could leave the list. Write {{ unsubscribe_url }}.`;
    const elsif = /^(?:else\s*if|elseif|elif)\s+([\s\S]+)$/.exec(text);
    if (elsif) return `Write {% elsif ${elsif[1]} %} in place of ${shown}.`;
    const end = /^(?:end|end\s+|\/\s*)(if|unless|for|case)$/.exec(text.replace(/^end\s+/, 'end '));
    if (end && text !== `end${end[1]}`) return `Write {% end${end[1]} %} in place of ${shown}.`;
    if (/^set\s/.test(text)) return `Write {% assign ${text.slice(4).trim()} %} in place of ${shown}.`;
    if (/^(?:if|unless|elsif|case|when)\b[^=]*[^=!<>]=[^=]/.test(` ${text}`.trim()) && !/[=!<>]=/.test(text)) {
      return `${shown} compares by "=". Write "==" there.`;
    }
    if (/&&|\|\|/.test(text)) return `Write "and" and "or" in place of "&&" and "||" in ${shown}.`;
  } else {
    if (isUnsubscribing(text.replace(/\|[\s\S]*$/, '')))
      return `${brace(shown)} is no link to unsubscribe here, so nobody could leave the list. Write {{ unsubscribe_url }}.`;
    const triple = /^\{\s*([^{}]*?)\s*\}?$/.exec(text);
    if (triple)
      return `${brace(shown)} has three braces. Write {{ ${variableFor(triple[1] ?? '', known)} }}, or {{ ${variableFor(triple[1] ?? '', known)} | raw }} where it is HTML.`;
    const handlebars = /^([#/^>!&])\s*([\w.]*)\s*([\w.]*)/.exec(text);
    if (handlebars)
      return `${shown} is another product’s way to write this. ${forHandlebars(handlebars[1] ?? '', handlebars[2] ?? '', handlebars[3] ?? '', known)}`;
    if (/^[.$@=]/.test(text))
      return `${shown} begins with a sign that has no meaning here. Write {{ ${variableFor(text.split('.').at(-1) ?? text, known)} }}.`;
    if (/\|\|/.test(text)) return `Write {{ ${variableFor(text.split('|')[0] ?? '', known)} | default: "…" }} in place of ${shown}.`;
    if (/^[^"']*\|\s*\w+\s*\(/.test(text))
      return `${shown} has its filter’s words in brackets. Write them behind a colon, such as {{ ${variableFor(text, known)} | default: "…" }}.`;
  }
  if (/&(?:quot|nbsp|amp|#\d+|lt|gt|ldquo|rdquo|lsquo|rsquo);/.test(text)) {
    return `${shown} has signs that an editor encoded, such as &quot;. Write them as they are, with straight quotation marks.`;
  }
  if (/[“”„‟«»‘’‚‹›]/.test(text)) return `${shown} has typographic quotation marks. Write straight ones: "…".`;
  if (/<[a-z/!][^>]*>/i.test(text)) return `${shown} has HTML between its braces. Put the HTML outside of them.`;
  return null;
}

/** The third closing brace is the tag's, too. */
const brace = (shown: string) => (shown.startsWith('{{{') ? `${shown}}`.replace(/\}{4,}$/, '}}}') : shown);

function forHandlebars(sign: string, word: string, name: string, known: readonly string[]): string {
  if (sign === '#' || sign === '^') {
    if (word === 'each') return 'Write {% for item in list %} and {% endfor %}.';
    const block = sign === '^' || word === 'unless' ? 'unless' : 'if';
    const asked = (word === 'if' || word === 'unless' ? name : word) || 'vip';
    return `Write {% ${block} ${variableFor(asked, known)} %} and {% end${block} %}.`;
  }
  if (sign === '/') return `Write {% end${word === 'each' ? 'for' : word === 'unless' ? 'unless' : 'if'} %}.`;
  if (sign === '>') return 'There are no parts of other files here: put the text in its place.';
  if (sign === '!') return 'Write {% comment %} and {% endcomment %}.';
  return `Write {{ ${word || 'first_name'} | raw }}.`;
}
