import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { importContacts } from '#app/domain/contacts/import-contacts.server.ts';
import { listRecipients } from '#app/domain/recipients/list-recipients.server.ts';
import { removeRecipients } from '#app/domain/recipients/remove-recipients.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('listRecipients', ({ context, ids, query }) => listRecipients(context.db, ids.id, query)),
    on('importRecipients', ({ context, viewer, ids, query, request }) =>
      importContacts(context.db, {
        campaignId: ids.id,
        viewer,
        source: request.body ?? [],
        contentType: request.headers.get('content-type') ?? '',
        fileName: query.file_name,
        addressColumn: query.address_column,
        defaultCountry: query.default_country,
        delimiter: query.delimiter,
        encoding: query.encoding,
        headerLine: query.header_line,
        columns: query.columns,
        bareNumbers: query.bare_numbers,
        takeStatuses: query.statuses === 'take',
        dryRun: query.dry_run === '1' || query.dry_run === 'true',
        sample: query.sample === '1' && (query.dry_run === '1' || query.dry_run === 'true'),
      }),
    ),
    on('removeRecipients', ({ context, viewer, ids }) => removeRecipients(context.db, ids.id, viewer)),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
