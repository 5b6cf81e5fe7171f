// The limit: the same bodies to the same provider, with nothing around. One process, one loop, no ledger.
import { Agent, request } from 'undici';
import { mailBody, textBody } from './bodies.ts';

export interface LimitInput {
  channel: 'email' | 'sms';
  providerUrl: string;
  count: number;
  inFlight: number;
}

process.once('message', async ({ input }: { input: LimitInput }) => {
  const seconds = await loop(input);
  process.send?.({ perSecond: input.count / seconds });
});

async function loop({ channel, providerUrl, count, inFlight }: LimitInput): Promise<number> {
  const email = channel === 'email';
  const url = email ? `${providerUrl}/v3/mail/send` : `${providerUrl}/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`;
  const headers = { authorization: 'Bearer key', 'content-type': email ? 'application/json' : 'application/x-www-form-urlencoded' };
  const bodies = await Promise.all(Array.from({ length: 1_000 }, (_, i) => (email ? mailBody(i) : textBody(i))));
  const dispatcher = new Agent({ connections: inFlight, pipelining: 1 });
  let next = 0;
  const one = async () => {
    while (next < count) {
      const body = bodies[next++ % bodies.length] as string;
      const response = await request(url, { method: 'POST', headers, body, dispatcher });
      await response.body.dump();
      if (response.statusCode >= 300) throw new Error(`the provider answered ${response.statusCode}`);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: inFlight }, one));
  return (performance.now() - started) / 1_000;
}
