import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** A way to a server that breaks when it is told to: the answer to the next request that matches is lost after it was given. */
export interface CutLine {
  /** On 127.0.0.1. */
  port: number;
  cutAfter(request: RegExp): void;
  stop(): Promise<void>;
}

export async function openCutLine(port: number, host = '127.0.0.1'): Promise<CutLine> {
  let awaited: RegExp | null = null;
  const server = createServer((client) => {
    const upstream = connect(port, host);
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
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter(request) {
      awaited = request;
    },
    async stop() {
      server.close();
      await once(server, 'close');
    },
  };
}
