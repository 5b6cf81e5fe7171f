import type { SuppressionAnswer } from '#app/components/suppressions/suppression-answer.ts';
import type { Viewer } from '#app/domain/access/roles.ts';
import { bareNumberMeanings } from '#app/domain/addresses/phone-number.ts';
import { plainText } from '#app/domain/addresses/plain-text.ts';
import { type Channel, channels } from '#app/domain/channel.ts';
import { parseInput } from '#app/domain/parse-input.ts';
import { Problem } from '#app/domain/problem.ts';
import { addSuppression, isSuppressed, removeSuppression } from '#app/domain/suppressions/change-suppressions.server.ts';
import type { SuppressionImport } from '#app/domain/suppressions/import-report.ts';
import { importSuppressions } from '#app/domain/suppressions/import-suppressions.server.ts';
import { suppressionReasons, suppressionSources } from '#app/domain/suppressions/suppression.ts';
import { newSuppression } from '#app/domain/suppressions/suppression-input.ts';
import { problemOfChange } from '#app/domain/unavailable.server.ts';
import { readForm, readUpload } from '#app/http/request-bytes.server.ts';
import type { Database } from '#db/database.ts';

/** The forms of the suppressions page; each names its `intent`, an upload is an import. */
export async function actOnSuppressions(db: Database, viewer: Viewer, request: Request): Promise<SuppressionAnswer> {
  const upload = request.headers.get('content-type')?.startsWith('multipart/form-data') ?? false;
  const form = upload ? new FormData() : await readForm(request);
  const intent = upload ? 'import' : String(form.get('intent') ?? '');
  const address = String(form.get('address') ?? '').trim();
  try {
    if (upload) return { kind: 'imported', ...(await importUpload(db, viewer, request)) };
    if (intent === 'add' || intent === 'suppress') {
      const text = plainText(address);
      if (!/[@\p{Nd}]/u.test(text)) {
        throw new Problem(422, 'invalid', 'Enter an email address, or a phone number with its country code, such as +49.');
      }
      const channel = text.includes('@') ? 'email' : 'sms';
      const added = await addSuppression(db, viewer, parseInput(newSuppression, { channel, address }));
      return { kind: 'added', address: added.address };
    }
    if (intent === 'remove') {
      const named = parseInput(newSuppression.pick({ channel: true, address: true }), { channel: form.get('channel'), address });
      const reason = suppressionReasons.find((one) => one === form.get('reason'));
      const source = suppressionSources.find((one) => one === form.get('source'));
      await removeSuppression(db, { ...named, reason, source });
      return { kind: 'removed', address, still: await isSuppressed(db, named.channel, address) };
    }
    throw new Problem(400, 'invalid', 'This form is not known here. Reload the page and try again.');
  } catch (thrown) {
    const error = problemOfChange(thrown);
    if (!error) throw thrown;
    return { kind: 'refused', intent, address, detail: error.message, errors: error.errors ?? [], status: error.status };
  }
}

/** The file is read while it arrives; the form's choices come before it. */
async function importUpload(db: Database, viewer: Viewer, request: Request): Promise<{ channel: Channel; report: SuppressionImport }> {
  let answer: { channel: Channel; report: SuppressionImport } | undefined;
  await readUpload(request, async (source, _, fields) => {
    const channel = channels.find((one) => one === fields.get('channel')) ?? 'email';
    const report = await importSuppressions(db, viewer, {
      channel,
      addressColumn: fields.get('column')?.trim() || undefined,
      defaultCountry: fields.get('country') || undefined,
      bareNumbers: bareNumberMeanings.find((one) => one === fields.get('bare')),
      source,
    });
    answer = { channel, report };
  });
  if (!answer) throw new Problem(422, 'invalid', 'Choose a CSV file first.');
  return answer;
}
