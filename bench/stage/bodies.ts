import { MailService } from '@sendgrid/mail';
import { sendGridMail } from '#app/providers/sendgrid-mail.server.ts';
import { message } from './campaigns.ts';
import type { Stage } from './stage.ts';

/** How far two averages may lie apart: numbers of one more digit, or blanks in a peer's JSON. */
const SAME = 0.05;

/** Where links lead; as long as a stage's own. */
const url = 'http://127.0.0.1:40000';

/** The email to one person, as the SDK writes it. */
export async function mailBody(i: number): Promise<string> {
  let body = '';
  const mail = new MailService();
  const caught = {
    async request(data: { body: unknown }) {
      body = JSON.stringify(data.body);
      return [];
    },
  };
  mail.setClient(caught as never);
  const unsubscribe = `${url}/u/1.${i}.abcdefghijklmnopqrstuv`;
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
    }) as never,
  );
  return body;
}

/** The text to one person. */
export const textBody = (i: number) =>
  new URLSearchParams({
    To: `+1202${5_550_000 + i}`,
    From: '+15005550006',
    Body: message.sms.replace('{{ first_name }}', `Person ${i}`),
    StatusCallback: `${url}/webhooks/twilio/status?attempt=${i}&recipient=${i}&campaign=1&round=0`,
  }).toString();

interface Asked {
  requests: number;
  bytes: number;
}

/** Watches what the provider is sent by those who are compared: whoever sends less would only seem the faster. */
export function watchBodies({ providerUrl }: Pick<Stage, 'providerUrl'>) {
  const average: Record<string, number> = {};
  const asked = async () => (await fetch(`${providerUrl}/stats`)).json() as Promise<Asked>;
  return {
    async of<T>(who: string, work: () => Promise<T>): Promise<T> {
      const before = await asked();
      const result = await work();
      const after = await asked();
      if (after.requests > before.requests) average[who] = (after.bytes - before.bytes) / (after.requests - before.requests);
      return result;
    },
    /** @throws where they did not send bodies of one size */
    compare(): void {
      const told = Object.entries(average).map(([who, bytes]) => `${who} ${Math.round(bytes)} bytes`);
      console.log(`  a call: ${told.join(', ')}`);
      const sizes = Object.values(average);
      if (Math.max(...sizes) > Math.min(...sizes) * (1 + SAME)) throw new Error('What is compared did not send the same.');
    },
  };
}
