import type { AppLoadContext } from '@remix-run/node';
import { Problem } from '../domain/problem.ts';
import { isFromTwilio } from '../providers/signatures.server.ts';
import { readBytes } from './request-bytes.server.ts';

/** Twilio's forms have some 20 short fields, and a text of at most 1,600 characters. */
const MAX_BYTES = 64_000;

/** A form that Twilio signed, and the query of the address that it called. @throws Problem 403, 413, 415, 503 */
export async function twilioForm(
  { env }: Pick<AppLoadContext, 'env'>,
  request: Request,
): Promise<{ form: URLSearchParams; query: URLSearchParams }> {
  if (!env.twilioAuthToken) {
    throw new Problem(
      503,
      'not_configured',
      'Twilio is not set up here: enter its keys under Settings, Providers, or set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.',
    );
  }
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? '')) {
    throw new Problem(415, 'unsupported_media_type', 'Send a form (application/x-www-form-urlencoded), as Twilio does.');
  }
  const form = new URLSearchParams((await readBytes(request, MAX_BYTES)).toString('utf8'));
  const { pathname, search, searchParams } = new URL(request.url);
  // Behind a proxy the request names another host than the one that Twilio called and signed.
  const signature = request.headers.get('x-twilio-signature');
  // Twilio signs with its first token, which may be the one of before or, once it is promoted, the new one.
  const tokens = [env.twilioAuthToken, ...(env.twilioAuthTokenOld ? [env.twilioAuthTokenOld] : [])];
  if (!tokens.some((token) => isFromTwilio(token, signature, env.baseUrl + pathname + search, form))) {
    throw new Problem(
      403,
      'bad_signature',
      'The signature is missing or wrong. BASE_URL must be the address under which Twilio calls Rollcall.',
    );
  }
  return { form, query: searchParams };
}
