import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What stands before several web processes: a connection goes to the next of them that takes it. */
export interface Balancer {
  port: number;
  /** Ports on 127.0.0.1. */
  targets: Set<number>;
  stop(): Promise<void>;
}

export async function startBalancer(): Promise<Balancer> {
  const targets = new Set<number>();
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    open.add(client);
    client.on('close', () => open.delete(client)).on('error', () => {}); // its end is passed on by `close`
    const ports = [...targets];
    const first = turn++;
    pass(
      client,
      ports.map((_, i) => ports[(first + i) % ports.length] as number),
    );
  });

  function pass(client: Socket, [port, ...others]: number[]): void {
    if (port === undefined) return void client.destroy();
    const upstream = connect(port, '127.0.0.1');
    let connected = false;
    client.once('close', () => upstream.destroy());
    upstream.on('error', () => {}); // as above
    upstream.once('close', () => (connected || client.destroyed ? client.destroy() : pass(client, others)));
    upstream.once('connect', () => {
      connected = true;
      client.pipe(upstream);
      upstream.pipe(client);
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    targets,
    async stop() {
      for (const client of open) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
