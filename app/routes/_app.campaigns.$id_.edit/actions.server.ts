import { type ActionFunctionArgs, data, redirect } from '@remix-run/node';
import type { Viewer } from '#app/domain/access/roles.ts';
import { askForApproval, declineCampaign } from '#app/domain/campaigns/approve-campaign.server.ts';
import { deleteCampaign } from '#app/domain/campaigns/delete-campaign.server.ts';
import { sendCampaign } from '#app/domain/campaigns/send-campaign.server.ts';
import { updateCampaign } from '#app/domain/campaigns/update-campaign.server.ts';
import { importContacts } from '#app/domain/contacts/import-contacts.server.ts';
import { dismissImport, stopImport } from '#app/domain/contacts/import-run.server.ts';
import { type FieldError, Problem } from '#app/domain/problem.ts';
import { removeRecipients } from '#app/domain/recipients/remove-recipients.server.ts';
import { problemOfChange } from '#app/domain/unavailable.server.ts';
import { readForm, readUpload } from '#app/http/request-bytes.server.ts';
import { assertMay } from '#app/http/require.server.ts';

/** What the editor's forms are told when it did not work. */
export interface EditorFailure {
  error: string;
  errors: FieldError[];
  /** Which form it was. */
  intent: string;
}

/** The editor's forms: each names its `intent`. Answers a redirect, or what went wrong. */
export async function actOnDraft({ context, request }: Pick<ActionFunctionArgs, 'context' | 'request'>, viewer: Viewer, id: number) {
  const { db, env } = context;
  let intent = 'import';
  try {
    if (request.headers.get('content-type')?.startsWith('multipart/form-data')) {
      const found = await readUpload(request, (source, fileName) =>
        importContacts(db, { campaignId: id, viewer, source, fileName, contentType: 'text/csv' }),
      );
      if (!found) throw new Problem(422, 'invalid', 'Choose a CSV file first.');
      return redirect(`/campaigns/${id}/edit#contacts-section`);
    }
    const form = await readForm(request);
    intent = String(form.get('intent'));
    const revision = revisionOf(form);
    const seen = revision === null ? null : [revision];
    switch (intent) {
      case 'save':
        await updateCampaign(db, id, Object.fromEntries(textsOf(form)), { viewer, seen });
        return redirect(`/campaigns/${id}/edit`);
      case 'stop-import':
        await stopImport(db, id, Number(textOf(form, 'run')) || 0);
        return data(null);
      case 'dismiss-import':
        await dismissImport(db, id, Number(textOf(form, 'run')) || 0);
        return data(null);
      case 'empty':
        await removeRecipients(db, id, viewer);
        return redirect(`/campaigns/${id}/edit#contacts-section`);
      case 'delete':
        await deleteCampaign(db, id, seen);
        return redirect('/');
      case 'send': {
        assertMay(viewer, 'campaigns:send');
        if (form.get('confirmed') === null)
          throw new Problem(422, 'invalid', 'Nothing was sent. Tick the box that says how many people get it, then send.');
        const at = textOf(form, 'scheduled_at');
        await sendCampaign(db, viewer, id, env, {
          revision,
          ...(at && { scheduled_at: at, time_zone: textOf(form, 'time_zone') }),
        });
        return redirect(`/campaigns/${id}`);
      }
      case 'ask': {
        assertMay(viewer, 'campaigns:send');
        const at = textOf(form, 'scheduled_at');
        const time = at ? { scheduled_at: at, time_zone: textOf(form, 'time_zone') } : {};
        await askForApproval(db, viewer, id, env, { revision, send: form.get('send') !== null, ...time });
        return data(null);
      }
      case 'take-back':
        assertMay(viewer, 'campaigns:approve');
        await declineCampaign(db, viewer, id, { hash: textOf(form, 'hash') ?? '' });
        return data(null);
      default:
        throw new Problem(400, 'invalid', 'This form is not known here. Reload the page and try again.');
    }
  } catch (thrown) {
    const error = problemOfChange(thrown);
    if (!error) throw thrown;
    return data<EditorFailure>({ error: error.message, errors: error.errors ?? [], intent }, { status: error.status });
  }
}

function textsOf(form: FormData): [string, string | number][] {
  return ['name', 'from', 'subject', 'html', 'text', 'unknown_policy', 'max_retries'].flatMap((field): [string, string | number][] => {
    const value = form.get(field);
    if (field === 'max_retries') return value === null ? [] : [[field, Number(value)]];
    // Browsers post line breaks as CRLF.
    return typeof value === 'string' ? [[field, value.replaceAll('\r\n', '\n')]] : [];
  });
}

function textOf(form: FormData, field: string): string | null {
  const value = form.get(field);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** What the page showed when the form was made. */
function revisionOf(form: FormData): number | null {
  const value = form.get('revision');
  return typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : null;
}
