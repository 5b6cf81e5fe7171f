import pg from 'pg';

/** Runs one statement on a connection of its own; some (create database) cannot run in a transaction or a pool's session. */
export async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
