import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ClientBase } from 'pg';
import { guardSql } from '../ledger/guard.ts';
import { LOCK_TIMEOUT, patiently } from './patiently.ts';

/** Where triggers stand, in the order in which statements lock them (docs/decisions/0002). */
const TABLES = 'provider_events, attempts, recipients, campaigns, graphile_worker._private_jobs';

export interface Definitions {
  /** By name, in the order in which they are applied. */
  texts: Map<string, string>;
  /** Of db/definitions.json: grows with every change, so that of two sets the newer is known. */
  number: number;
}

/**
 * Functions, triggers and views have one current text each: the files of db/ledger and db/definitions, and the guard that the table of
 * transitions makes. Each may be applied again at any time. Tables, types and indexes change by the numbered migrations, as well as what is
 * dropped.
 */
export function readDefinitions(): Definitions {
  const texts = new Map<string, string>();
  for (const folder of ['ledger', 'definitions']) {
    const path = fileURLToPath(new URL(`../${folder}/`, import.meta.url));
    const files = readdirSync(path).filter((file) => file.endsWith('.sql'));
    for (const file of files.sort()) texts.set(`${folder}/${file}`, readFileSync(path + file, 'utf8'));
  }
  texts.set('ledger/guard.ts', guardSql());
  return { texts, number: readNumber().number };
}

/** Which set this is, and what it was made of when it got its number: `npm run schema` gives a changed one the next. */
export function readNumber(): { number: number; hash: string } {
  return JSON.parse(readFileSync(fileURLToPath(new URL('../definitions.json', import.meta.url)), 'utf8')) as {
    number: number;
    hash: string;
  };
}

export const hashOfTexts = (texts: Map<string, string>): string => hashOf(JSON.stringify([...texts]));

/**
 * Applies what is not what the database has, in one transaction. Where the database has a newer set it stays: a process of an older version,
 * started again in the middle of an upgrade, turns nothing back.
 *
 * @param all also those that did not change, after migrations that may have dropped what they define
 * @returns the names of the texts applied now
 * @throws DatabaseError 55P03, 40P01 where a lock was not to be had for three minutes
 */
export async function applyDefinitions(client: ClientBase, { all = false }: { all?: boolean } = {}): Promise<string[]> {
  const definitions = readDefinitions();
  return patiently(() => applyOnce(client, definitions, all).catch(rollback));

  async function rollback(error: unknown): Promise<never> {
    await client.query('rollback');
    throw error;
  }
}

async function applyOnce(client: ClientBase, { texts, number }: Definitions, all: boolean): Promise<string[]> {
  await client.query('begin');
  // Of several processes one works while the others wait.
  await client.query('lock table schema_definitions in share row exclusive mode');
  const { rows } = await client.query<{ number: number; texts: Record<string, string> }>(
    'select number, texts from schema_definitions order by number desc limit 1',
  );
  const [newest] = rows;
  const isNewer = newest !== undefined && newest.number > number;
  const changed = isNewer ? [] : [...texts].filter(([name, text]) => all || newest?.texts[name] !== hashOf(text));
  if (changed.length > 0) {
    await client.query(`set local check_function_bodies = off; set local lock_timeout = '${LOCK_TIMEOUT}'`);
    if (changed.some(([, text]) => /^create or replace trigger/im.test(text))) {
      await client.query(`lock table ${TABLES} in share row exclusive mode`);
    }
    for (const [, text] of changed) await client.query(text);
  }
  if (!isNewer && (changed.length > 0 || newest?.number !== number)) {
    await client.query(
      `insert into schema_definitions (number, texts) values ($1, $2)
       on conflict (number) do update set texts = excluded.texts, applied_at = now()`,
      [number, Object.fromEntries([...texts].map(([name, text]) => [name, hashOf(text)]))],
    );
  }
  await client.query('commit');
  return changed.map(([name]) => name);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
