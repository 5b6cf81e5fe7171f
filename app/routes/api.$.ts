import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer } from '#app/api/handler.server.ts';

/** The REST API: its calls are the operations in app/api. Whatever else is asked for below /api is a 404 that programs understand. */
export const loader = (args: LoaderFunctionArgs) => answer(args);
export const action = (args: ActionFunctionArgs) => answer(args);
