import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { openApiDocument } from '#app/api/openapi.ts';

/** Needs no key: it says what the documentation says, and is read before there is one. */
export const loader = (_: LoaderFunctionArgs) => Response.json(openApiDocument(), { headers: { 'Cache-Control': 'public, max-age=300' } });

export const action = (args: ActionFunctionArgs) =>
  answer(
    args,
    on('describeApi', async () => openApiDocument()),
  );
