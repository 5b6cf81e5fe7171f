import { z } from 'zod';
import { channelWithin } from '../../domain/access/key-limits.server.ts';
import { channels } from '../../domain/channel.ts';
import { encodingNamed } from '../../domain/contacts/text-encoding.ts';
import { inboundFilter } from '../../domain/delivery/inbound-message.ts';
import { listInbound } from '../../domain/delivery/inbound-messages.server.ts';
import { parseInput } from '../../domain/parse-input.ts';
import { addSuppression, addSuppressions, removeSuppression } from '../../domain/suppressions/change-suppressions.server.ts';
import { importSuppressions } from '../../domain/suppressions/import-suppressions.server.ts';
import { listSuppressions } from '../../domain/suppressions/list-suppressions.server.ts';
import {
  namedSuppression,
  newSuppression,
  newSuppressions,
  suppressionFilter,
  suppressionReason,
} from '../../domain/suppressions/suppression-input.ts';
import { fileOptions } from './file-options.ts';
import { operation } from './operation.ts';

/** POST /suppressions/imports. */
const importOptions = z.object({ ...fileOptions, channel: z.enum(channels, 'Choose email or sms.') });

const wholeName = newSuppression.pick({ channel: true, address: true });

export const suppressionOperations = {
  listSuppressions: operation({
    method: 'GET',
    path: '/suppressions',
    summary: 'Who is never sent to, the newest first; with q in the order of addresses',
    permission: 'people:read',
    narrowed: true,
    query: suppressionFilter,
    status: 200,
    answer: 'SuppressionPage',
    problems: [422],
    run: ({ context, viewer, query }) => listSuppressions(context.db, { ...query, channel: channelWithin(viewer, query.channel) }),
  }),
  addSuppression: operation({
    method: 'POST',
    path: '/suppressions',
    summary: 'Never send to an address or number, or to up to 1,000 in a list; one that is on the list already stays there',
    permission: 'suppressions:write',
    narrowed: true,
    body: newSuppressions,
    status: 201,
    answer: 'SuppressionAdded',
    problems: [409, 422],
    run: ({ context, viewer, body }) => {
      for (const { channel } of [body].flat()) channelWithin(viewer, channel);
      return Array.isArray(body) ? addSuppressions(context.db, viewer, body) : addSuppression(context.db, viewer, body);
    },
  }),
  importSuppressions: operation({
    method: 'POST',
    path: '/suppressions/imports',
    summary: 'Never send to the addresses of a CSV file, each for the reason that the file gives; all or nothing, answered when done',
    permission: 'suppressions:write',
    narrowed: true,
    query: importOptions,
    upload: ['text/csv'],
    status: 200,
    answer: 'SuppressionImport',
    problems: [408, 413, 415, 422],
    run: ({ context, viewer, query, request }) => {
      channelWithin(viewer, query.channel);
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
    },
  }),
  removeSuppression: operation({
    method: 'DELETE',
    path: '/suppressions',
    summary: 'Take off a block or a named reason; named by channel and address, in the body or in the query',
    permission: 'suppressions:write',
    narrowed: true,
    query: namedSuppression,
    body: namedSuppression,
    status: 204,
    problems: [404, 409, 422],
    run: async ({ context, viewer, query, body }) => {
      const named = parseInput(wholeName, { channel: body.channel ?? query.channel, address: body.address ?? query.address });
      channelWithin(viewer, named.channel);
      await removeSuppression(context.db, { ...named, reason: query.reason ?? body.reason });
      return undefined;
    },
  }),
  removeSuppressionById: operation({
    method: 'DELETE',
    path: '/suppressions/{id}',
    summary: 'Take off a block or a named reason; named by the id that the list tells. It is sent to again once no reason is left',
    permission: 'suppressions:write',
    also: ['people:read'],
    query: suppressionReason,
    status: 204,
    problems: [409, 422],
    run: async ({ context, ids, query }) => {
      await removeSuppression(context.db, { id: ids.id, reason: query.reason });
      return undefined;
    },
  }),
  listInboundMessages: operation({
    method: 'GET',
    path: '/inbound-messages',
    summary: 'Text messages of people that were not understood (STOP and START are), the newest first',
    permission: 'people:read',
    narrowed: true,
    query: inboundFilter,
    status: 200,
    answer: 'InboundMessagePage',
    problems: [422],
    run: ({ context, viewer, query }) => {
      channelWithin(viewer, 'sms');
      return listInbound(context.db, query);
    },
  }),
};
