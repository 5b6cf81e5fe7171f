import type { Channel } from '#app/domain/channel.ts';
import { until } from '../../scripts/launch/processes.ts';
import { callApi } from './api.ts';
import type { Stage } from './stage.ts';

/** What everyone sends: a personal message, an email with both parts and 1.5 kB of HTML, or a text. */
export const message = {
  subject: 'Hello {{ first_name }}',
  html: `<h1>Hello {{ first_name }}</h1><p>${'Spring is here, and so are our new things. '.repeat(33)}</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>`,
  text: 'Hello {{ first_name }}, spring is here, and so are our new things. Unsubscribe: {{ unsubscribe_url }}',
  sms: 'Hello {{ first_name }}, spring is here, and so are our new things.',
};

/** A draft with so many recipients, put straight into the ledger: how fast an import is, another case measures. */
export async function draft({ db }: Stage, channel: Channel, recipients: number): Promise<number> {
  const email = channel === 'email';
  const { rows } = await db.pool.query<{ id: number }>(
    `insert into campaigns (name, channel, subject, html, text, sender, variables) values ('Bench', $1, $2, $3, $4, $5, '{first_name}') returning id`,
    [
      channel,
      email ? message.subject : null,
      email ? message.html : null,
      email ? message.text : message.sms,
      email ? 'news@sender.test' : '+15005550006',
    ],
  );
  const id = rows[0]?.id as number;
  const address = email ? `'person' || n || '@example.test'` : `'+1202' || (5550000 + n)::text`;
  for (let from = 0; from < recipients; from += 50_000) {
    await db.pool.query(
      `insert into recipients (campaign_id, address, variables)
       select $1, ${address}, jsonb_build_object('first_name', 'Person ' || n) from generate_series($2::int + 1, $3::int) n`,
      [id, from, Math.min(from + 50_000, recipients)],
    );
  }
  return id;
}

/** Sends a draft over the API and waits for its end. @returns s from its start to its end, by the database's clock */
export async function send(stage: Stage, id: number, timeoutMs = 900_000): Promise<number> {
  await callApi(stage, 'POST', `/campaigns/${id}/send`);
  let seconds: number | null = null;
  const ended = async () => {
    const { rows } = await stage.db.pool.query<{ s: number | null }>(
      'select extract(epoch from finished_at - started_at)::float8 as s from campaigns where id = $1',
      [id],
    );
    seconds = rows[0]?.s ?? null;
    return seconds !== null;
  };
  await until(`campaign ${id} has ended`, timeoutMs, ended, 50);
  return seconds as unknown as number;
}
