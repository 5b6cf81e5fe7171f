import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { type Database, openDatabase } from '#db/database.ts';

/** A database on a line that breaks: the answer to the next statement that matches is lost after PostgreSQL has given it. */
export interface CutDatabase {
  db: Database;
  /** What the next client to be cut off says, in its own letters. */
  cutAfter(statement: RegExp): void;
  stop(): Promise<void>;
}

export async function openCutDatabase(url: string): Promise<CutDatabase> {
  let awaited: RegExp | null = null;
  const { hostname, port } = new URL(url);
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let cut = false;
    client.on('data', (bytes) => {
      if (awaited?.test(bytes.toString('latin1'))) {
        cut = true;
        awaited = null;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (cut) client.destroy();
      else client.write(bytes);
    });
    for (const [one, other] of [[client, upstream] as const, [upstream, client] as const]) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as AddressInfo).port);
  const db = openDatabase(through.href, { applicationName: 'cut' });
  return {
    db,
    cutAfter(statement) {
      awaited = statement;
    },
    async stop() {
      await db.pool.end();
      server.close();
      await once(server, 'close');
    },
  };
}
