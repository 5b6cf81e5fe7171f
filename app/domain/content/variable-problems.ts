import { builtInVariables } from './built-in-variables.ts';
import type { Finding } from './finding.ts';
import { variableFor } from './foreign-names.ts';
import { nearest } from './nearest.ts';
import type { Content, ContentField } from './parse-content.ts';
import type { Use } from './template-uses.ts';
import { isUnsubscribing } from './unsubscribe-words.ts';
import { toVariableName } from './variable-names.ts';

const names: Record<ContentField, string> = { subject: 'subject', html: 'HTML', text: 'text' };

/** Words of other template languages: as a variable's name they are a slip. */
const words: Record<string, string> = {
  else: '{% else %}',
  end: '{% endif %}',
  endif: '{% endif %}',
  endfor: '{% endfor %}',
  endunless: '{% endunless %}',
  if: '{% if … %}',
  unless: '{% unless … %}',
  for: '{% for … %}',
  range: '{% for … %}',
};

const MAX_TOLD = 200;

export type Contacts = Pick<Content, 'channel' | 'variables' | 'contacts'>;

/** The columns that templates may use. */
export function knownNames({ variables }: Pick<Content, 'variables'>): string[] {
  return [...variables, ...builtInVariables];
}

/** Are there contacts whose columns could be compared? */
function hasContacts({ variables, contacts }: Pick<Content, 'variables' | 'contacts'>): boolean {
  return contacts ?? variables.length > 0;
}

/**
 * Variables that no contact has. One that is used somewhere without a default is an error, since the message would be broken for everybody;
 * one with defaults everywhere is a warning. Before there are contacts nobody can tell.
 */
export function unknownVariables(field: ContentField, uses: readonly Use[], contacts: Contacts): Finding[] {
  const known = knownNames(contacts);
  const told = new Set<string>();
  const unknown = uses.filter(({ name }) => !known.includes(name));
  // Each is compared with all columns: more than anybody reads need not be.
  return unknown.slice(0, MAX_TOLD).flatMap((use) => {
    const { name, offset, defaulted } = use;
    const key = `${name} ${defaulted}`;
    if (told.has(key)) return [];
    told.add(key);
    if (words[name]) return [{ offset, severity: 'error', message: `{{ ${name} }} is no variable. Write ${words[name]}.` }];
    if (meansWayOut(use)) {
      const message = `{{ ${[name, ...use.path].join('.')} }} is no link to unsubscribe here, so nobody could leave the list. Write {{ unsubscribe_url }}.`;
      return [{ offset, severity: 'error', message }];
    }
    if (!hasContacts(contacts)) return [];
    const otherwise = defaulted ? ' Everybody gets its default.' : '';
    const message = `The ${names[field]} uses {{ ${name} }}, but the contacts have no such column.${otherwise}${advice(use, contacts, known)}`;
    return [{ offset, severity: defaulted ? 'warning' : 'error', message }];
  });
}

/** Misspelt, too. */
function meansWayOut({ name, path }: Pick<Use, 'name' | 'path'>): boolean {
  return isUnsubscribing([name, ...path].join('_')) || nearest(name, ['unsubscribe', 'unsubscribe_url', 'unsubscribe_link']) !== null;
}

/** Says of variables that nobody can know yet when they are looked at. */
export function uncheckedVariables(uses: readonly Use[], contacts: Contacts): Finding[] {
  const known = knownNames(contacts);
  const unknown = uses.filter(({ name, path }) => !known.includes(name) && !words[name] && !meansWayOut({ name, path }));
  const all = [...new Set(unknown.map(({ name }) => `{{ ${name} }}`))];
  if (hasContacts(contacts) || all.length === 0) return [];
  const some = `${all.slice(0, 6).join(', ')}${all.length > 6 ? ' and more' : ''}`;
  const message = `${some} ${all.length > 1 ? 'are' : 'is'} checked once there are contacts. Import contacts that have ${all.length > 1 ? 'them' : 'it'}.`;
  return [{ offset: unknown[0]?.offset ?? 0, severity: 'warning', message }];
}

/** `{{ first name }}`: Liquid reads the first word and drops the rest. */
export function namesWithSpaces(template: string, known: readonly string[]): { words: string[]; finding: Finding }[] {
  const outputs = template.matchAll(/\{\{-?\s*([\p{L}_][\p{L}\p{N}_.]*(?:[ \t]+[\p{L}_][\p{L}\p{N}_.]*)+)\s*(?:-?\}\}|\|)/gu);
  return [...outputs].flatMap((match) => {
    const parts = (match[1] ?? '').split(/\s+/);
    const offset = match.index;
    const first = parts[0] ?? '';
    const told = (message: string) => [{ words: parts, finding: { offset, severity: 'error' as const, message } }];
    if (words[first]) return told(`${match[0]} is no variable. Write {% ${parts.join(' ')} %}.`);
    if (parts.some((part) => /^(?:and|or|contains)$/.test(part))) return [];
    const name = variableFor(parts.join(' '), known);
    return told(`${match[0]} has a space in its name. Did you mean {{ ${name} }}?`);
  });
}

/** A column of the file has the name of what every template has already: the file's stands under another name. */
export function overshadowed(uses: readonly Use[], { variables, channel }: Contacts): Finding[] {
  return builtInVariables.flatMap((name) => {
    const column = variables.find((variable) => new RegExp(`^${name}_\\d+$`).test(variable));
    const use = uses.find((one) => one.name === name);
    if (!column || !use) return [];
    const is =
      name === 'address'
        ? channel === 'email'
          ? 'the recipient’s email address'
          : 'the recipient’s phone number'
        : 'the link to unsubscribe';
    const message = `{{ ${name} }} is ${is}. The column of that name in your file is {{ ${column} }}.`;
    return [{ offset: use.offset, severity: 'warning' as const, message }];
  });
}

function advice({ name, path }: Use, { channel, variables }: Contacts, known: readonly string[]): string {
  const last = path.at(-1);
  const inside = last ? variableFor(last, known) : null;
  if (inside && known.includes(inside)) return ` Did you mean {{ ${inside} }}?`;
  const asColumn = toVariableName(name);
  const meant =
    [asColumn, variableFor(name, known)].find((column) => known.includes(column)) ??
    nearest(name, known) ??
    known.find((other) => other.startsWith(`${asColumn}_`));
  if (meant && meant !== 'address') return ` Did you mean {{ ${meant} }}?`;
  if (meant || /^(?:e_?mail|phone|mobile|number|to)/i.test(name)) {
    return ` Use {{ address }} for the recipient’s ${channel === 'email' ? 'email address' : 'phone number'}.`;
  }
  if (variables.length === 0) return ' Import contacts that have it.';
  const some = variables.slice(0, 8).map((variable) => `{{ ${variable} }}`);
  return ` There are: ${some.join(', ')}${variables.length > some.length ? ' and more' : ''}.`;
}
