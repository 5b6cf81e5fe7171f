import { trimValue } from '../addresses/plain-text.ts';
import type { Channel } from '../channel.ts';
import { keyToVariableName, VariableNames } from '../content/variable-names.ts';
import { invalid, Problem } from '../problem.ts';
import { type ColumnMapping, choiceOf } from './column-mapping.ts';
import type { ContactRow, ContactRows } from './contact-rows.ts';
import { MAX_COLUMNS } from './mapping.ts';
import { leftOutBy, statusKind } from './status-column.ts';

/** A JSON list is read as a whole; longer lists come as CSV, which streams. */
const MAX_JSON_BYTES = 20 * 1024 * 1024;

const ITEMS_PER_BATCH = 1000;

/** What becomes of the keys: names and types as in CSV files, and whether people are left out by their status. */
export interface JsonOptions {
  channel: Channel;
  addressKey?: string | undefined;
  columns?: ColumnMapping | undefined;
  takeStatuses?: boolean | undefined;
}

/**
 * Reads contacts from a JSON list, `[{"address": "ana@example.com", "first_name": "Ana"}]`. Numbers and booleans stay what they are, null
 * becomes empty, lists and objects their JSON as text. Lines are positions in the list.
 *
 * @throws Problem 413 beyond {@link MAX_JSON_BYTES}, 422 for anything that is not such a list
 */
export function readJson(
  chunks: AsyncIterable<Buffer>,
  { channel, addressKey = 'address', columns = {}, takeStatuses }: JsonOptions,
): ContactRows {
  const names = new Map<string, string | null>();
  return {
    batches: readBatches(chunks, addressKey, names, columns, takeStatuses ? null : channel),
    variables: () => [...names.values()].filter((name) => name !== null),
    facts: () => ({ delimiter: null, headerLine: null, layout: null, warnings: [] }),
  };
}

async function* readBatches(
  chunks: AsyncIterable<Buffer>,
  addressKey: string,
  names: Map<string, string | null>,
  columns: ColumnMapping,
  /** Whose statuses count; null: nobody's. */
  statusesOf: Channel | null,
): AsyncGenerator<ContactRow[]> {
  const items = parseList(await readAll(chunks));
  const unknown = Object.keys(columns).find((key) => !items.some((item) => isObject(item) && Object.hasOwn(item, key)));
  if (unknown !== undefined) throw invalid([{ path: 'columns', message: `No item has the key "${unknown}".` }]);
  if (!items.some((item) => isObject(item) && Object.hasOwn(item, addressKey))) {
    const existing = Object.keys(isObject(items[0]) ? items[0] : {}).join(', ');
    throw invalid([{ path: 'address_column', message: `No item has the key "${addressKey}". The first one has: ${existing || 'none'}.` }]);
  }
  const given = new VariableNames();
  const nameOf = (key: string): string | null => {
    let name = names.get(key);
    if (name === undefined) {
      if (names.size + 1 >= MAX_COLUMNS) {
        throw new Problem(
          422,
          'too_many_columns',
          `The list has more than ${MAX_COLUMNS} different keys. Leave out what the campaign does not need.`,
        );
      }
      const choice = Object.hasOwn(columns, key) ? choiceOf(columns[key] as ColumnMapping[string]) : undefined;
      name = choice?.name === null ? null : given.give(keyToVariableName(choice?.name || key), names.size + 1);
      names.set(key, name);
    }
    return name;
  };
  const kinds = new Map<string, ReturnType<typeof statusKind>>();
  const kindOf = (key: string) => {
    if (statusesOf === null) return null;
    if (!kinds.has(key)) kinds.set(key, statusKind(key, statusesOf));
    return kinds.get(key) ?? null;
  };
  for (let start = 0; start < items.length; start += ITEMS_PER_BATCH) {
    yield items.slice(start, start + ITEMS_PER_BATCH).map((item, index) => readItem(item, start + index + 1, addressKey, nameOf, kindOf));
  }
}

async function readAll(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_JSON_BYTES) {
      throw new Problem(413, 'too_large', 'A JSON list may have 20 MB. Send longer lists as CSV, which has no limit.');
    }
    parts.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw new Problem(422, 'invalid_json', 'This is not JSON: it has bytes that are no UTF-8. Write the list as UTF-8 and send it again.');
  }
}

function parseList(text: string): unknown[] {
  let value: unknown;
  refuseDeep(text);
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Problem(422, 'invalid_json', `This is not JSON: ${(cause as Error).message.replace(/,? ?"[\s\S]*$/, '')}.`, { cause });
  }
  if (!Array.isArray(value)) {
    throw new Problem(422, 'invalid_json', 'Contacts are a JSON list of objects: [{"address": "ana@example.com", "first_name": "Ana"}].');
  }
  if (value.length === 0) {
    throw new Problem(422, 'no_rows', 'The list is empty.');
  }
  return value;
}

/** A message has no use for more, and what walks through a value would run out of stack. */
const MAX_DEPTH = 20;

function refuseDeep(text: string): void {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 92) at++;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 91 || code === 123) {
      if (++depth > MAX_DEPTH) {
        throw new Problem(
          422,
          'invalid_json',
          `Lists and objects are nested more than ${MAX_DEPTH} deep. Contacts are a JSON list of objects.`,
        );
      }
    } else if (code === 93 || code === 125) depth--;
  }
}

function readItem(
  item: unknown,
  line: number,
  addressKey: string,
  nameOf: (key: string) => string | null,
  kindOf: (key: string) => ReturnType<typeof statusKind>,
): ContactRow {
  if (!isObject(item)) {
    throw invalid([{ path: String(line - 1), message: `Item ${line} of the list is not an object.` }]);
  }
  const variables: string[] = [];
  let fault: ContactRow['fault'];
  for (const [key, value] of Object.entries(item)) {
    if (key === addressKey) continue;
    const kind = kindOf(key);
    const reason = kind && leftOutBy(kind, value);
    if (reason) fault ??= { reason, advice: null };
    const name = nameOf(key.toWellFormed());
    if (name === null) continue;
    const kept =
      typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)) ? value : trimValue(toText(value, line, key));
    variables.push(`${JSON.stringify(name)}:${JSON.stringify(kept)}`);
  }
  return { line, address: toText(item[addressKey], line, addressKey), variables: `{${variables.join(',')}}`, ...(fault && { fault }) };
}

function toText(value: unknown, line: number, key: string): string {
  const text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  // PostgreSQL's text cannot hold NUL; to drop it silently would change what was sent.
  if (text.includes('\u0000')) {
    throw invalid([
      { path: `${line - 1}.${key}`, message: `Item ${line}: "${key}" has a NUL character in it, which no message can carry.` },
    ]);
  }
  return text.toWellFormed();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
