import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readEnv } from '#app/config/env.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { freePort, startWeb } from '#tests/support/web.ts';

let api: TestApi;
let web: Awaited<ReturnType<typeof startWeb>>;
let hasty: Awaited<ReturnType<typeof startWeb>>;
let ports: { web: number; hasty: number };
let files: Record<string, string>;
const open: Socket[] = [];

/** Far more than the buffers between the ledger and a reader hold, the system's included. */
const ROWS = 25_000;

beforeAll(async () => {
  api = await startApi();
  ports = { web: await freePort(), hasty: await freePort() };
  const start = (port: number, silentMs?: number) => {
    const env = readEnv({ DATABASE_URL: api.url, LOG_LEVEL: 'silent', PORT: String(port) });
    return startWeb({ ...api.context, env }, silentMs === undefined ? {} : { silentMs });
  };
  web = await start(ports.web);
  hasty = await start(ports.hasty, 2_000);

  const id = await draftCampaign(api.db, { addresses: ['ana@example.com'] });
  const { rows } = await api.db.pool.query<{ id: number }>(
    `insert into imports (campaign_id, rows, accepted, duplicates, rejected) values ($1, $2, 0, 0, $2) returning id`,
    [id, ROWS],
  );
  const importId = rows[0]?.id as number;
  await api.db.pool.query(
    `insert into import_rejects (import_id, line, address, reason)
     select $1, n, 'nobody', (select string_agg(encode(sha512((n || '-' || part)::bytea), 'hex'), '') from generate_series(1, 6) part)
     from generate_series(1, $2) n`,
    [importId, ROWS],
  );
  files = {
    'report.csv': `/api/v1/campaigns/${id}/imports/${importId}/report.csv`,
    'recipients.csv': `/api/v1/campaigns/${id}/export.csv`,
  };
});
afterAll(async () => {
  for (const socket of open) socket.destroy();
  await web.stop();
  await hasty.stop();
  await api.drop();
});

/** Asks for a file and reads nothing of it. */
function pausedReader(port: number, method = 'GET', encoding = 'identity'): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.pause().on('error', () => {});
  socket.write(
    `${method} ${files['report.csv']} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${api.keys.admin}\r\nAccept-Encoding: ${encoding}\r\n\r\n`,
  );
  open.push(socket);
  return socket;
}

/** When each export's cursor that waits for its reader did so. */
async function waiting(): Promise<string[]> {
  const { rows } = await api.db.pool.query<{ since: string }>(
    `select state_change::text as since from pg_stat_activity
     where datname = current_database() and xact_start is not null and wait_event = 'ClientRead' and pid <> pg_backend_pid() order by pid`,
  );
  return rows.map(({ since }) => since);
}

const noneWaits = () => vi.waitFor(async () => expect(await waiting()).toEqual([]), { timeout: 20_000 });

describe('a file whose reader', () => {
  test.each(['identity', 'gzip'])('takes nothing waits in the database, not in memory (%s)', async (encoding) => {
    const socket = pausedReader(ports.web, 'GET', encoding);
    let before: string[] = [];
    // The cursor stands still: nothing was fetched between two looks.
    await vi.waitFor(
      async () => {
        const now = await waiting();
        const stands = now.length === 1 && now[0] === before[0];
        before = now;
        expect(stands).toBe(true);
      },
      { timeout: 20_000, interval: 400 },
    );
    expect(socket.bytesRead).toBeLessThan(10_000_000);
    socket.destroy();
    await noneWaits();
  });

  test('falls silent is cut off, and its place is free', async () => {
    const sockets = Array.from({ length: 3 }, () => pausedReader(ports.hasty));
    await vi.waitFor(async () => expect(await waiting()).toHaveLength(sockets.length), { timeout: 20_000 });
    await noneWaits();
  });

  test('asks for its head only leaves no connection behind', async () => {
    const url = `http://127.0.0.1:${ports.web}${files['report.csv']}`;
    const headers = { Authorization: `Bearer ${api.keys.admin}` };
    for (let i = 0; i < 12; i++) {
      const response = await fetch(url, { method: 'HEAD', headers });
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    }
    await noneWaits();
    const body = await (await fetch(url, { headers })).text();
    expect(body.split('\r\n')).toHaveLength(ROWS + 2);
  });

  test('is one of very many takes a place, and the rest are told to come again', async () => {
    const sockets = Array.from({ length: 6 }, () => pausedReader(ports.web));
    await vi.waitFor(async () => expect(await waiting()).toHaveLength(5), { timeout: 20_000 });
    const response = await fetch(`http://127.0.0.1:${ports.web}${files['recipients.csv']}`, {
      headers: { Authorization: `Bearer ${api.keys.admin}` },
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '5']);
    for (const socket of sockets) socket.destroy();
    await noneWaits();
  });
});
