import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { recordMessage } from '#app/domain/delivery/record-events.server.ts';
import { twilioForm } from '#app/http/twilio-request.server.ts';
import { answerProvider } from '#app/http/webhook-request.server.ts';
import { twilioInbound } from '#app/providers/twilio-events.ts';

/** An empty answer in TwiML: nothing is sent back, Twilio confirms STOP and START itself. */
const NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

const serve = ({ context, request }: ActionFunctionArgs | LoaderFunctionArgs) =>
  answerProvider(request, context.log, async () => {
    const { form } = await twilioForm(context, request);
    const message = twilioInbound(form);
    if (message) await recordMessage(context.db, message, context.env.sandbox === '1');
    return new Response(NOTHING, { headers: { 'Content-Type': 'text/xml; charset=utf-8' } });
  });

export const action = (args: ActionFunctionArgs) => serve(args);
export const loader = (args: LoaderFunctionArgs) => serve(args);
