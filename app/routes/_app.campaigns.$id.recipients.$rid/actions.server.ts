import { type ActionFunctionArgs, data } from '@remix-run/node';
import type { ActAnswer } from '#app/components/act-answer.ts';
import type { Viewer } from '#app/domain/access/roles.ts';
import { Problem } from '#app/domain/problem.ts';
import { resolutions } from '#app/domain/recipients/resolutions.ts';
import { resolveRecipient } from '#app/domain/recipients/resolve-recipient.server.ts';
import { retryRecipient } from '#app/domain/recipients/retry-recipient.server.ts';
import { suppressRecipient } from '#app/domain/recipients/suppress-recipient.server.ts';
import { problemOfChange } from '#app/domain/unavailable.server.ts';
import { readForm } from '#app/http/request-bytes.server.ts';
import { assertMay } from '#app/http/require.server.ts';

/** Support's forms on one recipient: `retry` with an `address`, `resolve` with an `outcome`, `suppress`. */
export async function actOnRecipient(
  { context: { db, env }, request }: Pick<ActionFunctionArgs, 'context' | 'request'>,
  viewer: Viewer,
  campaignId: number,
  id: number,
) {
  assertMay(viewer, 'recipients:retry');
  const form = await readForm(request);
  const intent = form.get('intent');
  try {
    if (intent === 'resolve') {
      const outcome = resolutions.find((one) => one === form.get('outcome'));
      if (!outcome) throw new Problem(422, 'invalid', 'Choose what happened to the message.');
      await resolveRecipient(db, viewer, campaignId, id, outcome);
    } else if (intent === 'suppress') {
      assertMay(viewer, 'suppressions:write');
      await suppressRecipient(db, viewer, campaignId, id);
    } else if (intent === 'retry') {
      await retryRecipient(db, viewer, campaignId, id, { address: String(form.get('address') ?? ''), windowS: env.recipientRetryWindowS });
    } else {
      throw data({ detail: 'There is no such act.' }, { status: 400 });
    }
  } catch (thrown) {
    const error = problemOfChange(thrown);
    if (!error) throw thrown;
    const title =
      intent === 'resolve' ? 'The outcome could not be decided' : intent === 'suppress' ? 'Nothing was changed' : 'Nothing was sent';
    return data<ActAnswer>({ problem: { title, detail: error.message } }, { status: error.status });
  }
  return data<ActAnswer>({ problem: null });
}
