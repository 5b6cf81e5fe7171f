import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { parseInput } from '#app/domain/parse-input.ts';
import { addSuppression, addSuppressions, removeSuppression } from '#app/domain/suppressions/change-suppressions.server.ts';
import { listSuppressions } from '#app/domain/suppressions/list-suppressions.server.ts';
import { newSuppression } from '#app/domain/suppressions/suppression-input.ts';

const wholeName = newSuppression.pick({ channel: true, address: true });

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('listSuppressions', ({ context, query }) => listSuppressions(context.db, query)),
    on('addSuppression', ({ context, viewer, body }) =>
      Array.isArray(body) ? addSuppressions(context.db, viewer, body) : addSuppression(context.db, viewer, body),
    ),
    on('removeSuppression', async ({ context, query, body }) => {
      const named = parseInput(wholeName, { channel: body.channel ?? query.channel, address: body.address ?? query.address });
      await removeSuppression(context.db, { ...named, reason: query.reason ?? body.reason });
      return undefined;
    }),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
