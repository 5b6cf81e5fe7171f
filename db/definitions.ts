import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ClientBase } from 'pg';
import { guardSql } from './ledger/guard.ts';

/** Two seconds of somebody's statement are worth waiting for; a pile of others behind us is not. */
const LOCK_TIMEOUT = '2s';
const TRIES = 15;

interface Definitions {
  /** By name, in the order in which they are applied. */
  texts: Map<string, string>;
  /** Stands for all of them. */
  hash: string;
}

/**
 * Functions, triggers and views have one current text each: the files of db/ledger and db/definitions, and the guard that the table of
 * transitions makes. Each may be applied again at any time. Tables, types and indexes change by the numbered migrations, as well as what is
 * dropped.
 */
export function readDefinitions(): Definitions {
  const texts = new Map<string, string>();
  for (const folder of ['ledger', 'definitions']) {
    const path = fileURLToPath(new URL(`./${folder}/`, import.meta.url));
    const files = readdirSync(path).filter((file) => file.endsWith('.sql'));
    for (const file of files.sort()) texts.set(`${folder}/${file}`, readFileSync(path + file, 'utf8'));
  }
  texts.set('ledger/guard.ts', guardSql());
  return { texts, hash: hashOf(JSON.stringify([...texts])) };
}

/**
 * Applies what is not what the database has, in one transaction. A set that the database had before and has no longer is an older version's:
 * it stays as it is, so that a process of that version, started again in the middle of an upgrade, does not turn it back.
 *
 * @returns the names of the texts applied now
 * @throws DatabaseError 55P03 where a lock was not to be had for half a minute
 */
export async function applyDefinitions(client: ClientBase): Promise<string[]> {
  const { texts, hash } = readDefinitions();
  for (let tries = 1; ; tries++) {
    await client.query('begin');
    try {
      // Of several processes one works while the others wait.
      await client.query('lock table schema_definitions in share row exclusive mode');
      const { rows } = await client.query<{ hash: string; texts: Record<string, string> }>(
        'select hash, texts from schema_definitions order by id desc',
      );
      const changed = rows.some((row) => row.hash === hash)
        ? []
        : [...texts].filter(([name, text]) => rows[0]?.texts[name] !== hashOf(text));
      await client.query(`set local check_function_bodies = off; set local lock_timeout = '${LOCK_TIMEOUT}'`);
      for (const [, text] of changed) await client.query(text);
      if (!rows.some((row) => row.hash === hash)) {
        const hashes = Object.fromEntries([...texts].map(([name, text]) => [name, hashOf(text)]));
        await client.query('insert into schema_definitions (hash, texts) values ($1, $2)', [hash, hashes]);
      }
      await client.query('commit');
      return changed.map(([name]) => name);
    } catch (error) {
      await client.query('rollback');
      if ((error as { code?: string }).code !== '55P03' || tries === TRIES) throw error;
    }
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
