import { type ActionFunctionArgs, data } from '@remix-run/node';
import type { SettingsAnswer } from '#app/components/settings/settings-answer.ts';
import type { Viewer } from '#app/domain/access/roles.ts';
import { problemOfChange } from '#app/domain/unavailable.server.ts';
import { readForm } from '#app/http/request-bytes.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';

export interface SettingsForm {
  form: FormData;
  /** Which of the page's forms it is. */
  intent: string;
  viewer: Viewer;
}

/**
 * An action of the settings: for those who may change them; a Problem comes back to the form with what was typed.
 *
 * @param secret fields whose values do not come back
 */
export async function settingsAction<T>(
  { context, request }: ActionFunctionArgs,
  run: (submitted: SettingsForm) => Promise<T>,
  secret: readonly string[] = [],
) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'settings:write');
  const form = await readForm(request);
  const intent = String(form.get('intent') ?? '');
  try {
    const result = await run({ form, intent, viewer });
    return data<SettingsAnswer<T>>({ intent, result, problem: null });
  } catch (thrown) {
    const error = problemOfChange(thrown);
    if (!error) throw thrown;
    const fields = Object.fromEntries(
      [...form].filter((entry): entry is [string, string] => typeof entry[1] === 'string' && !secret.includes(entry[0])),
    );
    const problem = { detail: error.message, errors: error.errors ?? [], fields };
    return data<SettingsAnswer<T>>({ intent, result: null, problem }, { status: error.status });
  }
}
