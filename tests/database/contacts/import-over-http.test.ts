import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReadableStreamFromReadable } from '@remix-run/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ByteSource } from '#app/domain/contacts/byte-source.server.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { emptyDraft, importText, recipientsOf } from '#tests/support/import.ts';

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.drop());

const rows = Array.from({ length: 5_000 }, (_, i) => `person${i}@example.com`).join('\n');

// A reader that took a broken connection for the end of the file would import half a list and call it whole.
test.each<[string, Record<string, string>, (message: IncomingMessage) => ByteSource]>([
  ['with a length, as Node reads it', { 'content-length': '10000000' }, (message) => message],
  ['with a length, as Remix hands it on', { 'content-length': '10000000' }, (message) => createReadableStreamFromReadable(message)],
  ['in chunks, as Node reads it', { 'transfer-encoding': 'chunked' }, (message) => message],
  ['in chunks, as Remix hands it on', { 'transfer-encoding': 'chunked' }, (message) => createReadableStreamFromReadable(message)],
])('an upload that is cut off imports nothing: %s', async (_, headers, toSource) => {
  const { db } = testDatabase;
  const campaignId = await emptyDraft(db);
  let arrived = 0;
  const half = `email\n${rows}\n`;
  const server = createServer((message) => {
    message.on('data', (chunk: Buffer) => {
      arrived += chunk.length;
      if (arrived >= half.length) {
        upload.destroy();
      }
    });
    server.emit(
      'import',
      importText(db, campaignId, '', { source: toSource(message) }).catch((error) => error),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const upload = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', method: 'POST', headers });
  upload.on('error', () => {});
  upload.write(half);

  const [outcome] = await once(server, 'import');
  expect(await outcome).toMatchObject({ name: 'Problem', status: 400, code: 'upload_broken' });
  expect(await recipientsOf(db, campaignId)).toEqual([]);
  server.close();
});

// Whoever closed the connection in the middle of an upload would take the answer with it.
test('a file that is refused at its beginning is answered, though megabytes are still to come', async () => {
  const { db } = testDatabase;
  const campaignId = await emptyDraft(db);
  const server = createServer((message, response) => {
    importText(db, campaignId, '', { source: createReadableStreamFromReadable(message), addressColumn: 'nowhere' }).catch((error) => {
      response.writeHead(error.status).end(error.message);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answer = await fetch(url, { method: 'POST', body: Buffer.alloc(30_000_000, `email\n${rows}\n`) });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toBe('There is no column "nowhere". The file has: email.');
  server.closeAllConnections();
  server.close();
});
