import { invalid, Problem } from '../problem.ts';
import type { ContactRow, ContactRows } from './contact-rows.ts';
import { MAX_COLUMNS } from './mapping.ts';
import { keyToVariableName, VariableNames } from './variable-names.ts';

/** A JSON list is read as a whole; longer lists come as CSV, which streams. */
export const MAX_JSON_BYTES = 20 * 1024 * 1024;

const ITEMS_PER_BATCH = 1000;

/**
 * Reads contacts from a JSON list, `[{"address": "ana@example.com", "first_name": "Ana"}]`. Numbers and booleans become text, null
 * becomes empty, lists and objects their JSON. Lines are positions in the list.
 *
 * @throws Problem 413 beyond {@link MAX_JSON_BYTES}, 422 for anything that is not such a list
 */
export function readJson(chunks: AsyncIterable<Buffer>, addressKey = 'address'): ContactRows {
  const names = new Map<string, string>();
  return { batches: readBatches(chunks, addressKey, names), variables: () => [...names.values()] };
}

async function* readBatches(chunks: AsyncIterable<Buffer>, addressKey: string, names: Map<string, string>): AsyncGenerator<ContactRow[]> {
  const items = parseList(await readAll(chunks));
  if (!items.some((item) => isObject(item) && Object.hasOwn(item, addressKey))) {
    const existing = Object.keys(isObject(items[0]) ? items[0] : {}).join(', ');
    throw invalid([{ path: 'address_column', message: `No item has the key "${addressKey}". The first one has: ${existing || 'none'}.` }]);
  }
  const given = new VariableNames();
  const nameOf = (key: string): string => {
    let name = names.get(key);
    if (name === undefined) {
      if (names.size + 1 >= MAX_COLUMNS) {
        throw new Problem(
          422,
          'too_many_columns',
          `The list has more than ${MAX_COLUMNS} different keys. Leave out what the campaign does not need.`,
        );
      }
      name = given.give(keyToVariableName(key), names.size + 1);
      names.set(key, name);
    }
    return name;
  };
  for (let start = 0; start < items.length; start += ITEMS_PER_BATCH) {
    yield items.slice(start, start + ITEMS_PER_BATCH).map((item, index) => readItem(item, start + index + 1, addressKey, nameOf));
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
  return new TextDecoder().decode(Buffer.concat(parts));
}

function parseList(text: string): unknown[] {
  let value: unknown;
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

function readItem(item: unknown, line: number, addressKey: string, nameOf: (key: string) => string): ContactRow {
  if (!isObject(item)) {
    throw invalid([{ path: String(line - 1), message: `Item ${line} of the list is not an object.` }]);
  }
  const variables = Object.entries(item)
    .filter(([key]) => key !== addressKey)
    .map(([key, value]) => `${JSON.stringify(nameOf(key.toWellFormed()))}:${JSON.stringify(toText(value, line, key))}`);
  return { line, address: toText(item[addressKey], line, addressKey), variables: `{${variables.join(',')}}` };
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
