import { type Answer, json } from './http.ts';
import { messageSid } from './ids.ts';
import type { Arrived, Ledger } from './ledger.ts';

/** Milliseconds after which a message counts as sent even if no event says so. */
const sentAfterMs = 1000;

/** A message as Twilio's API shows it; `date_sent` stays null while it is queued. */
export function messageResource(arrived: Arrived, accountSid: string, run: string) {
  const sid = messageSid(run, arrived.n);
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${sid}`;
  const created = new Date(arrived.at).toUTCString().replace('GMT', '+0000');
  const status = arrived.status === 'queued' && Date.now() - arrived.at >= sentAfterMs ? 'sent' : arrived.status;
  const service = arrived.from.startsWith('MG');
  const body = typeof arrived.content?.body === 'string' ? arrived.content.body : null;
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body,
    date_created: created,
    date_sent: status === 'queued' ? null : created,
    date_updated: created,
    direction: 'outbound-api',
    error_code: arrived.errorCode,
    error_message: arrived.errorCode === null ? null : 'The message was not delivered',
    from: service ? null : arrived.from,
    messaging_service_sid: service ? arrived.from : null,
    num_media: '0',
    num_segments: String(Math.max(1, Math.ceil((body?.length ?? 0) / 153))),
    price: null,
    price_unit: 'USD',
    sid,
    status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: arrived.to,
    uri: `${uri}.json`,
  };
}

export function fetchMessage(ledger: Ledger, accountSid: string, sid: string): Answer | null {
  const known = sid.startsWith(`SM${ledger.run}`);
  const arrived = known ? ledger.get(Number.parseInt(sid.slice(2 + ledger.run.length), 16)) : undefined;
  return arrived?.channel === 'sms' ? json(200, messageResource(arrived, accountSid, ledger.run)) : null;
}

/** Newest first, filtered by To and From (both exact), in pages of `PageSize` (50, at most 1,000). */
export function listMessages(ledger: Ledger, accountSid: string, query: URLSearchParams): Answer {
  const pageSize = Math.min(1000, Math.max(1, Number(query.get('PageSize')) || 50));
  const page = Math.max(0, Number(query.get('Page')) || 0);
  const to = query.get('To');
  const from = query.get('From');
  const known = to === null ? ledger.list({ limit: Number.POSITIVE_INFINITY }).messages : ledger.to(to);
  const matching = known.filter((one) => one.channel === 'sms' && (from === null || one.from === from)).reverse();
  const start = page * pageSize;
  const shown = matching.slice(start, start + pageSize);

  const uri = (number: number) => {
    const target = new URLSearchParams(query);
    target.set('PageSize', String(pageSize));
    target.set('Page', String(number));
    return `/2010-04-01/Accounts/${accountSid}/Messages.json?${target}`;
  };
  return json(200, {
    first_page_uri: uri(0),
    end: start + shown.length - 1,
    previous_page_uri: page > 0 ? uri(page - 1) : null,
    messages: shown.map((one) => messageResource(one, accountSid, ledger.run)),
    uri: uri(page),
    page_size: pageSize,
    start,
    next_page_uri: start + shown.length < matching.length ? uri(page + 1) : null,
    page,
  });
}
