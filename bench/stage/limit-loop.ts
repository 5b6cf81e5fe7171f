// The limit: the same bodies to the same provider, with nothing around. One process, one loop, no ledger.
import { MailService } from '@sendgrid/mail';
import { Agent, request } from 'undici';
import { sendGridMail } from '#app/providers/sendgrid-mail.ts';
import { message } from './campaigns.ts';

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

/** As the SDK writes it. */
async function mailBody(i: number): Promise<string> {
  let body = '';
  const mail = new MailService();
  const caught = {
    async request(data: { body: unknown }) {
      body = JSON.stringify(data.body);
      return [];
    },
  };
  mail.setClient(caught as never);
  const unsubscribe = `http://127.0.0.1/u/1.${i}.abcdefghijklmnopqrstuv`;
  const fill = (text: string) => text.replaceAll('{{ first_name }}', `Person ${i}`).replaceAll('{{ unsubscribe_url }}', unsubscribe);
  await mail.send(
    sendGridMail({
      campaignId: 1,
      recipientId: i,
      round: 0,
      attemptId: i,
      to: `person${i}@example.test`,
      from: 'news@sender.test',
      subject: fill(message.subject),
      html: fill(message.html),
      text: fill(message.text),
      headers: { 'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    }),
  );
  return body;
}

const textBody = (i: number) =>
  new URLSearchParams({
    To: `+1202${5_550_000 + i}`,
    From: '+15005550006',
    Body: message.sms.replace('{{ first_name }}', `Person ${i}`),
    StatusCallback: `http://127.0.0.1/webhooks/twilio/status?rollcall_attempt=${i}`,
  }).toString();
