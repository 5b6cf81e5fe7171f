import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer } from '#app/api/handler.server.ts';

/** Whatever else is asked for below /api: a 404 that programs understand. */
export const loader = (args: LoaderFunctionArgs) => answer(args);
export const action = (args: ActionFunctionArgs) => answer(args);
