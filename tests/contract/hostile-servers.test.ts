import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { Provider } from '#app/providers/provider.ts';
import { emailTo, providersAt, smsTo } from '#tests/support/providers.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  return listen(server, () => server.closeAllConnections());
}

/** A server that speaks for itself on the bare socket. */
async function serveRaw(onData: (socket: Socket, first: Buffer) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => sockets.delete(socket));
    socket.once('data', (first) => onData(socket, first));
  });
  return listen(server as unknown as Server, () => {
    for (const socket of sockets) socket.destroy();
  });
}

async function listen(server: Server, drop: () => void): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    drop();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function both(url: string, sendTimeoutMs = 5000): { name: string; send: () => ReturnType<Provider['send']> }[] {
  const providers = providersAt(url, { sendTimeoutMs });
  closing.push(() => providers.close());
  return [
    { name: 'SendGrid', send: () => (providers.email as Provider).send(emailTo('ann@example.com')) },
    { name: 'Twilio', send: () => (providers.sms as Provider).send(smsTo('+12025550143')) },
  ];
}

describe('a server that', () => {
  it('dribbles its answer is left at the deadline', async () => {
    const url = await serveRaw((socket) => {
      const text = 'HTTP/1.1 202 Accepted\r\nX-Slow: '.padEnd(50_000, 'x');
      let at = 0;
      const timer = setInterval(() => socket.write(text[at++] as string), 20);
      socket.once('close', () => clearInterval(timer));
    });
    // It would go on for a quarter of an hour.
    for (const { send } of both(url, 1000)) expect(await send()).toMatchObject({ outcome: 'unknown', httpStatus: null });
  });

  it('accepts and then dribbles the body has accepted', async () => {
    const url = await serveRaw((socket, first) => {
      const status = /^POST \/v3/.test(String(first)) ? '202 Accepted\r\nX-Message-Id: abc' : '201 Created';
      socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 5000\r\n\r\n{"account_sid": "AC1", "sid": "SM1"`);
      const timer = setInterval(() => socket.write(' '), 20);
      socket.once('close', () => clearInterval(timer));
    });
    for (const { send } of both(url, 1000)) expect(await send()).toMatchObject({ outcome: 'accepted' });
  });

  it('redirects is not followed', async () => {
    const asked: string[] = [];
    const url = await serve((req, res) => {
      asked.push(`${req.method} ${req.url}`);
      if (req.url === '/elsewhere') res.writeHead(202).end();
      else res.writeHead(302, { location: '/elsewhere' }).end();
    });
    for (const { send } of both(url)) expect(await send()).toMatchObject({ outcome: 'transient', foreign: true, httpStatus: 302 });
    expect(asked.filter((one) => one.includes('elsewhere'))).toEqual([]);
    expect(asked).toHaveLength(2);
  });

  it('cuts the explanation of a refusal leaves the recipient to be tried again', async () => {
    const url = await serveRaw((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 5000\r\n\r\n{"errors"'));
    for (const { send } of both(url))
      expect(await send()).toMatchObject({ outcome: 'transient', failureCode: 'connection', httpStatus: 400 });
  });

  it('cuts the explanation of a bad key still refused the key', async () => {
    const url = await serveRaw((socket) => socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 5000\r\n\r\n{"errors"'));
    for (const { send } of both(url)) expect(await send()).toMatchObject({ outcome: 'account', failureCode: 'credentials' });
  });

  it('answers with more than anybody could read is cut off', async () => {
    const url = await serve((_req, res) => {
      res.writeHead(500);
      const more = () => {
        while (!res.destroyed && res.write('x'.repeat(65_536)));
      };
      res.on('drain', more);
      more();
    });
    for (const { send } of both(url)) expect(await send()).toMatchObject({ outcome: 'transient', httpStatus: 500 });
  });

  it('answers with something that is no HTTP leaves the outcome unknown', async () => {
    const url = await serveRaw((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    for (const { send } of both(url)) expect(await send()).toMatchObject({ outcome: 'unknown' });
  });

  it('is not there got nothing', async () => {
    const url = await serve((_req, res) => res.end());
    await closing.pop()?.();
    for (const { send } of both(url)) {
      expect(await send()).toMatchObject({
        outcome: 'transient',
        failureCode: 'connection',
        httpStatus: null,
        detail: expect.stringContaining('ECONNREFUSED'),
      });
    }
  });

  it('has a name that nobody knows got nothing', async () => {
    for (const { send } of both('http://nowhere.invalid')) expect(await send()).toMatchObject({ outcome: 'transient', httpStatus: null });
  });
});

it('a key that cannot stand in a header is the account’s problem, and is not repeated', async () => {
  const providers = providersAt('http://127.0.0.1:9', { sendgridApiKey: 'SG.se\ncret' });
  closing.push(() => providers.close());
  const result = await providers.email?.send(emailTo('ann@example.com'));
  expect(result).toMatchObject({ outcome: 'account', failureCode: 'configuration' });
  expect(JSON.stringify(result)).not.toContain('cret');
});

it('works from a folder whose name is half a regular expression', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const parent = mkdtempSync(join(tmpdir(), 'rollcall-'));
  closing.push(() => rmSync(parent, { recursive: true }));
  const folder = join(parent, 'a(b');
  mkdirSync(folder);
  const script = join(parent, 'send.ts');
  writeFileSync(
    script,
    `import { createServer } from 'node:http';
    import { createSendGrid } from ${JSON.stringify(join(root, 'app/providers/sendgrid.server.ts'))};
    const server = createServer((req, res) => { req.resume(); res.writeHead(400).end('{"errors":[{"message":"no"}]}'); }).listen(0, '127.0.0.1', async () => {
      const provider = createSendGrid({ apiKey: 'SG.x', baseUrl: 'http://127.0.0.1:' + server.address().port, timeoutMs: 5000 });
      const result = await provider.send(${JSON.stringify(emailTo('ann@example.com'))});
      console.log(result.outcome);
      await provider.close();
      server.close();
    });`,
  );
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], { cwd: folder, encoding: 'utf8', timeout: 20_000 });
  expect({ stdout: stdout.trim(), stderr, status }).toEqual({ stdout: 'permanent', stderr: '', status: 0 });
});
