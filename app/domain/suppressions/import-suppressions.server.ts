import type { Database } from '#db/database.ts';
import { addReasons } from '#db/queries/suppress.ts';
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
      const part = sorted.slice(from, from + CHUNK).map((address) => ({ channel, address, reason: 'manual' as const }));
      sum += await addReasons(client, part, { source: 'import', label: viewer.label });
    }
    return sum;
  });
  return { rows, added, known: rows - rejected - added, rejected };
}
