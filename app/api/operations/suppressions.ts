import { z } from 'zod';
import { channels } from '../../domain/channel.ts';
import { inboundFilter } from '../../domain/delivery/inbound-message.ts';
import { namedSuppression, newSuppressions, suppressionFilter, suppressionReason } from '../../domain/suppressions/suppression-input.ts';
import { fileOptions } from '../file-options.ts';
import type { Operation } from '../operation.ts';

/** POST /suppressions/imports. */
const importOptions = z.object({ ...fileOptions, channel: z.enum(channels, 'Choose email or sms.') });

export const suppressionOperations = {
  listSuppressions: {
    method: 'GET',
    path: '/suppressions',
    summary: 'Who is never sent to, the newest first; with q in the order of addresses',
    permission: 'campaigns:read',
    query: suppressionFilter,
    status: 200,
    answer: 'SuppressionPage',
    problems: [422],
  },
  addSuppression: {
    method: 'POST',
    path: '/suppressions',
    summary: 'Never send to an address or number, or to up to 1,000 in a list; one that is on the list already stays there',
    permission: 'suppressions:write',
    body: newSuppressions,
    status: 201,
    answer: 'SuppressionAdded',
    problems: [409, 422],
  },
  importSuppressions: {
    method: 'POST',
    path: '/suppressions/imports',
    summary: 'Never send to the addresses of a CSV file, each for the reason that the file gives; all or nothing, answered when done',
    permission: 'suppressions:write',
    query: importOptions,
    upload: ['text/csv'],
    status: 200,
    answer: 'SuppressionImport',
    problems: [408, 413, 415, 422],
  },
  removeSuppression: {
    method: 'DELETE',
    path: '/suppressions',
    summary: 'Take off a block or a named reason; named by channel and address, in the body or in the query',
    permission: 'suppressions:write',
    query: namedSuppression,
    body: namedSuppression,
    status: 204,
    problems: [404, 409, 422],
  },
  removeSuppressionById: {
    method: 'DELETE',
    path: '/suppressions/{id}',
    summary: 'Take off a block or a named reason; named by the id that the list tells. It is sent to again once no reason is left',
    permission: 'suppressions:write',
    query: suppressionReason,
    status: 204,
    problems: [409, 422],
  },
  listInboundMessages: {
    method: 'GET',
    path: '/inbound-messages',
    summary: 'Text messages of people that were not understood (STOP and START are), the newest first',
    permission: 'campaigns:read',
    query: inboundFilter,
    status: 200,
    answer: 'InboundMessagePage',
    problems: [422],
  },
} as const satisfies Record<string, Operation>;
