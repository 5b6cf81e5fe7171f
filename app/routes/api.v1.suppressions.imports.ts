import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { encodingNamed } from '#app/domain/contacts/text-encoding.ts';
import { importSuppressions } from '#app/domain/suppressions/import-suppressions.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('importSuppressions', ({ context, viewer, query, request }) => {
      const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(request.headers.get('content-type') ?? '')?.[1];
      return importSuppressions(context.db, viewer, {
        channel: query.channel,
        source: request.body ?? [],
        addressColumn: query.address_column,
        defaultCountry: query.default_country,
        delimiter: query.delimiter,
        encoding: query.encoding ?? (charset && encodingNamed(charset)) ?? undefined,
        headerLine: query.header_line,
        bareNumbers: query.bare_numbers,
      });
    }),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
