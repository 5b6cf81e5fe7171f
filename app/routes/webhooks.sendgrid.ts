import type { KeyObject } from 'node:crypto';
import type { ActionFunctionArgs, AppLoadContext, LoaderFunctionArgs } from '@remix-run/node';
import { eventIntake } from '#app/domain/delivery/event-intake.server.ts';
import { Problem } from '#app/domain/problem.ts';
import { readBytes } from '#app/http/request-bytes.server.ts';
import { answerProvider } from '#app/http/webhook-request.server.ts';
import { sendGridEvent, unknownEventName } from '#app/providers/sendgrid-events.ts';
import { isFromSendGrid, readPublicKey } from '#app/providers/signatures.server.ts';

/** SendGrid posts up to 768 kB; this leaves room for 10,000 events. */
const MAX_BYTES = 5_000_000;

const serve = ({ context, request }: ActionFunctionArgs | LoaderFunctionArgs) =>
  answerProvider(request, context.log, async () => {
    const keys = publicKeys(context.env);
    const body = await readBytes(request, MAX_BYTES);
    const timestamp = request.headers.get('x-twilio-email-event-webhook-timestamp');
    const signature = request.headers.get('x-twilio-email-event-webhook-signature');
    if (!keys.some((key) => isFromSendGrid(key, { timestamp, signature, body }, Date.now()))) {
      throw new Problem(
        403,
        'bad_signature',
        'The signature is missing, too old, or not made with the verification key that is set here (SENDGRID_WEBHOOK_PUBLIC_KEY, or Settings, Providers).',
      );
    }
    const elements = parse(body);
    const events = elements.map(sendGridEvent).filter((event) => event !== null);
    const report = await eventIntake(context.db).batch(events, context.env.sandbox === '1');
    const notOurs = elements.length - events.length;
    const unknown = [...new Set(elements.map(unknownEventName))].filter((name) => name !== null).slice(0, 5);
    if (unknown.length > 0) context.log.warn({ events: unknown }, 'SendGrid told of events that are not known here');
    context.log.debug({ ...report, received: elements.length, ignored: report.ignored + notOurs }, 'events of SendGrid');
    return Response.json({ ...report, received: elements.length, ignored: report.ignored + notOurs });
  });

/** The one of now and, where it was replaced, the one of before. @throws Problem 503 */
function publicKeys({ sendgridWebhookPublicKey: text, sendgridWebhookPublicKeyOld: old }: AppLoadContext['env']): KeyObject[] {
  if (!text) {
    throw new Problem(
      503,
      'not_configured',
      'Events are not taken in: set SENDGRID_WEBHOOK_PUBLIC_KEY, or the field under Settings, Providers, to the verification key that SendGrid shows.',
    );
  }
  try {
    return [text, ...(old ? [old] : [])].map(readPublicKey);
  } catch {
    throw new Problem(
      503,
      'not_configured',
      'Events are not taken in: SENDGRID_WEBHOOK_PUBLIC_KEY is not a public key. Copy it from SendGrid again.',
    );
  }
}

function parse(body: Buffer): unknown[] {
  try {
    // A byte that is no UTF-8, in somebody's words, must not cost the other events.
    const json: unknown = JSON.parse(new TextDecoder('utf-8').decode(body));
    if (Array.isArray(json)) return json.flat();
    if (typeof json === 'object' && json !== null && 'event' in json) return [json];
  } catch {
    // Said below.
  }
  throw new Problem(400, 'invalid_json', 'The body is not a JSON array of events.');
}

export const action = (args: ActionFunctionArgs) => serve(args);
export const loader = (args: LoaderFunctionArgs) => serve(args);
