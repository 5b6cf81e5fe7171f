import { meaningOfSilence } from './classification.ts';
import type { Answered, Exchange } from './exchange.ts';
import { classifySendGrid, sendGridErrors } from './sendgrid-classification.ts';
import { createTransport } from './transport.server.ts';
import { classifyTwilio, twilioError } from './twilio-classification.ts';
import { foreignAnswer, isPage, jsonObject, speaksForItself } from './whose-answer.ts';

/** What a provider says about keys, before anything is sent with them. Sentences say what to do, and show no key. */
export type KeyTrial = { takes: true; note: string | null } | { takes: false; reason: string };

/** A whole call, connecting included. */
const DEADLINE_MS = 10_000;
const MAX_ANSWER_BYTES = 262_144;

/** Asks SendGrid what the key may do: nothing is sent, and nothing changed. */
export async function trySendGridKey(
  { apiKey, baseUrl }: { apiKey: string; baseUrl: string },
  deadlineMs = DEADLINE_MS,
): Promise<KeyTrial> {
  const exchange = await read(`${baseUrl.replace(/\/+$/, '')}/v3/scopes`, `Bearer ${apiKey}`, deadlineMs);
  const answer = answered('SendGrid', exchange);
  if ('takes' in answer) return answer;
  if (answer.status === 200) {
    const scopes = jsonObject(answer.body)?.scopes;
    if (!Array.isArray(scopes)) return foreign('SendGrid');
    if (scopes.includes('mail.send')) return { takes: true, note: null };
    return refused(
      'SendGrid knows this key, but the key may not send mail. Give it “Mail Send” under API Keys at SendGrid, or make another.',
    );
  }
  const errors = sendGridErrors(answer.body);
  if (errors === null) return foreign('SendGrid');
  const meaning = classifySendGrid(answer.status, errors);
  if (meaning.failureCode !== 'credentials') return refused(withoutRetry(meaning.reason));
  return answer.status === 401
    ? refused(
        'SendGrid does not know this key. Copy it once more, all of it; SendGrid shows a key only when it is made, so make a new one where it is lost. A key of an account in the EU needs SENDGRID_BASE_URL=https://api.eu.sendgrid.com.',
      )
    : refused('SendGrid does not let this key in. Look at the account at SendGrid, or make another key.');
}

/** Asks Twilio for the account itself, with a token of it. Its answer holds the account's token, so nothing of it goes on but what is named here. */
export async function tryTwilioKeys(
  { accountSid, authToken, baseUrl }: { accountSid: string; authToken: string; baseUrl: string },
  deadlineMs = DEADLINE_MS,
): Promise<KeyTrial> {
  const credentials = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
  const url = `${baseUrl.replace(/\/+$/, '')}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}.json`;
  const answer = answered('Twilio', await read(url, `Basic ${credentials}`, deadlineMs));
  if ('takes' in answer) return answer;
  if (answer.status === 200) {
    const { sid, status, type } = jsonObject(answer.body) ?? {};
    if (sid !== accountSid) return foreign('Twilio');
    if (status === 'suspended') return refused('Twilio has suspended this account. Look at its messages in the Twilio console.');
    if (status !== 'active') return refused('This Twilio account is closed. Use another one.');
    return { takes: true, note: type === 'Trial' ? 'It is a trial account: only numbers that are verified at Twilio get messages.' : null };
  }
  const { code } = twilioError(answer.body);
  if (code === null && !jsonObject(answer.body)) return foreign('Twilio');
  if (code === 20008)
    return refused('These are the test credentials of Twilio, which send nothing. Copy the live ones from the Twilio console.');
  if (answer.status === 401 || answer.status === 404)
    return refused('Twilio does not know this account SID with this auth token. Copy both once more from the Twilio console.');
  return refused(withoutRetry(classifyTwilio(answer.status, code).reason));
}

async function read(url: string, authorization: string, timeoutMs: number): Promise<Exchange> {
  const transport = createTransport({ timeoutMs, connections: 1, maxBodyBytes: MAX_ANSWER_BYTES });
  try {
    return await transport.exchange({ method: 'GET', url, headers: { authorization, accept: 'application/json' } });
  } finally {
    await transport.close();
  }
}

/** The provider's own whole word about the keys; else why there is none. */
function answered(provider: string, exchange: Exchange): Answered | KeyTrial {
  if (exchange.kind !== 'answered') {
    if (exchange.cause === 'invalid') return refused(withoutRetry(meaningOfSilence(provider, exchange).reason));
    const what = exchange.cause === 'deadline' ? 'did not answer in time' : 'could not be reached';
    return refused(`${provider} ${what}, so nobody knows whether it takes this. Try again in a moment.`);
  }
  const { status, complete } = exchange;
  if (status === 429) return refused(`${provider} asks us to slow down. Wait a minute, then try again.`);
  if (status >= 500 && speaksForItself(status)) return refused(`${provider} had an error of its own. Try again in a moment.`);
  if (isPage(exchange) || status < 200 || (status > 200 && status < 400)) return foreign(provider);
  if (!complete) return refused(`The connection to ${provider} broke while it answered. Try again in a moment.`);
  return exchange;
}

const refused = (reason: string): KeyTrial => ({ takes: false, reason });
const foreign = (provider: string): KeyTrial => refused(foreignAnswer(provider).reason);
const withoutRetry = (reason: string) => reason.replace(/,? then retry\.$/, ', then try again.');
