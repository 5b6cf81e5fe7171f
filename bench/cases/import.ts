import { Readable } from 'node:stream';
import { openDatabase } from '#db/database.ts';
import { callApi } from '../stage/api.ts';
import { timeCopy } from './copy.ts';
import type { BenchContext, Figure } from './figure.ts';

const SMALL = 10_000;
const CHUNK_ROWS = 1_000;
const LOOK_EVERY_MS = 250;

/**
 * A contact file of `size` rows through the REST API, in rows/s: decoded, parsed, validated, without duplicates, in the ledger. Beside it
 * COPY of the same people into a table that is the ledger's but for its trigger, and COPY of the file as it is into a table of four text
 * columns without any index. Memory: the most that the web process had (resident, MB) during this import, and before that during one of
 * 10,000 rows. The drafts stay; the tables do not.
 */
export async function imports({ url, key, databaseUrl, size }: BenchContext): Promise<Figure[]> {
  const db = openDatabase(databaseUrl);
  try {
    const small = await watchedImport(SMALL);
    const large = await watchedImport(size);
    const ledger = await timeCopy(
      db.pool,
      'like recipients including all',
      '(campaign_id, address, variables) from stdin',
      people(large.id, size),
    );
    const plain = await timeCopy(
      db.pool,
      'email text, first_name text, last_name text, city text',
      'from stdin (format csv, header)',
      file(size),
    );
    const figure = (name: string, limitMs: number): Figure => ({
      name,
      ours: (size * 1_000) / large.ms,
      limit: (size * 1_000) / limitMs,
      unit: 'rows/s',
    });
    return [
      figure('import, against COPY into the same table', ledger),
      figure('import, against COPY into a plain table', plain),
      { name: 'memory of web', ours: large.memoryMb, limit: small.memoryMb, unit: 'MB' },
    ];
  } finally {
    await db.pool.end();
  }

  async function watchedImport(rows: number): Promise<{ id: number; ms: number; memoryMb: number }> {
    const json = JSON.stringify({ name: 'Import', channel: 'email' });
    const { id } = await callApi<{ id: number }>({ url, key }, 'POST', '/campaigns', { type: 'application/json', content: json });
    let memoryMb = 0;
    const look = async () => {
      memoryMb = Math.max(memoryMb, await residentMb(url, key));
    };
    const looking = setInterval(() => void look().catch(() => {}), LOOK_EVERY_MS);
    const began = performance.now();
    await callApi({ url, key }, 'POST', `/campaigns/${id}/recipients`, { type: 'text/csv', content: Readable.from(file(rows)) });
    const ms = performance.now() - began;
    clearInterval(looking);
    await look();
    return { id, ms, memoryMb };
  }
}

const cities = ['Lisbon', 'Paris', 'New York', '"Washington, DC"', 'Köln', ''];

/** As a CRM exports it: in the order in which people came, which is not that of their addresses. */
function person(n: number): { email: string; first: string; last: string; city: string } {
  const name = ((n * 2_654_435_761) % 4_294_967_296).toString(36);
  return {
    email: `${name}.${n}@example${n % 500}.com`,
    first: `First${n % 700}`,
    last: `Last${n}`,
    city: cities[n % cities.length] as string,
  };
}

function* file(rows: number): Generator<string> {
  yield 'email,first_name,last_name,city\n';
  yield* chunks(rows, ({ email, first, last, city }) => `${email},${first},${last},${city}\n`);
}

/** The same people in COPY's text format, as the ledger keeps them. */
function people(campaignId: number, rows: number): Generator<string> {
  return chunks(rows, ({ email, first, last, city }) => {
    const variables = JSON.stringify({ first_name: first, last_name: last, city: city.replaceAll('"', '') });
    return `${campaignId}\t${email}\t${variables}\n`;
  });
}

function* chunks(rows: number, line: (one: ReturnType<typeof person>) => string): Generator<string> {
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    yield Array.from({ length: Math.min(CHUNK_ROWS, rows - from) }, (_, i) => line(person(from + i))).join('');
  }
}

async function residentMb(url: string, key: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  const [, bytes] = /^process_resident_memory_bytes (\d+)/m.exec(await answer.text()) ?? [];
  return Number(bytes) / 1e6;
}
