import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Viewer } from '../access/roles.ts';
import type { Channel } from '../campaigns/campaign.ts';
import { type ByteSource, readChunks } from '../contacts/byte-source.server.ts';
import { readCsv } from '../contacts/csv-rows.server.ts';
import { decodeLines } from '../contacts/decode.server.ts';
import { readAddress } from '../contacts/read-address.ts';
import { Problem } from '../problem.ts';

/** `rows` is the sum of the others. */
export interface SuppressionImport {
  rows: number;
  added: number;
  /** On the list before, or twice in the file. */
  known: number;
  /** No address of the channel. */
  rejected: number;
}

/** All addresses of a file are held in memory, at about 100 bytes each. */
const MOST_ROWS = 2_000_000;
const CHUNK = 10_000;

/**
 * Puts every address of a CSV file on the list, all or nothing. The file's other columns are ignored.
 *
 * @throws Problem 413, 422 for a file that cannot be read
 */
export async function importSuppressions(
  db: Database,
  viewer: Pick<Viewer, 'label'>,
  { channel, source }: { channel: Channel; source: ByteSource },
): Promise<SuppressionImport> {
  const addresses = new Set<string>();
  let rows = 0;
  let rejected = 0;
  const { batches } = readCsv(decodeLines(readChunks(source)), { channel });
  for await (const batch of batches) {
    for (const { address: raw } of batch) {
      rows++;
      const address = readAddress(channel, raw).address;
      if (address === null) rejected++;
      else addresses.add(address);
    }
    if (rows > MOST_ROWS) throw new Problem(413, 'too_large', 'The file has more than 2,000,000 rows. Split it, and import the parts.');
  }

  // In order, so that two writers of the list never wait for each other.
  const sorted = [...addresses].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const added = await inTransaction(db.pool, async (client) => {
    let sum = 0;
    for (let from = 0; from < sorted.length; from += CHUNK) {
      const { rowCount } = await client.query(
        `insert into suppressions (channel, address, reason, created_by)
         select $1, address, 'manual', $3 from unnest($2::text[]) with ordinality as t (address, n) order by n
         on conflict (channel, address) do nothing`,
        [channel, sorted.slice(from, from + CHUNK), viewer.label],
      );
      sum += rowCount ?? 0;
    }
    return sum;
  });
  return { rows, added, known: rows - rejected - added, rejected };
}
