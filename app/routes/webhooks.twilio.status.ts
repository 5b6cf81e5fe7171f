import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { eventIntake } from '#app/domain/delivery/event-intake.server.ts';
import { twilioForm } from '#app/http/twilio-request.server.ts';
import { answerProvider } from '#app/http/webhook-request.server.ts';
import { twilioStatus } from '#app/providers/twilio-events.ts';

const serve = ({ context, request }: ActionFunctionArgs | LoaderFunctionArgs) =>
  answerProvider(request, context.log, async () => {
    const { form, query } = await twilioForm(context, request);
    const event = twilioStatus(form, query);
    if (event) await eventIntake(context.db).single(event, context.env.sandbox === '1');
    return new Response(null, { status: 204 });
  });

export const action = (args: ActionFunctionArgs) => serve(args);
export const loader = (args: LoaderFunctionArgs) => serve(args);
