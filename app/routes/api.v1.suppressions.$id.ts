import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { removeSuppression } from '#app/domain/suppressions/change-suppressions.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('removeSuppressionById', async ({ context, ids, query }) => {
      await removeSuppression(context.db, { id: ids.id, reason: query.reason });
      return undefined;
    }),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
