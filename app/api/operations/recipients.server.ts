import { z } from 'zod';
import { exportAttempts, exportStory } from '../../domain/activity/activity-csv.server.ts';
import { recipientStory } from '../../domain/activity/recipient-story.server.ts';
import { getCampaign } from '../../domain/campaigns/get-campaign.server.ts';
import { columnMapping } from '../../domain/contacts/column-mapping.ts';
import { importContacts } from '../../domain/contacts/import-contacts.server.ts';
import { reportCsv } from '../../domain/contacts/report-csv.server.ts';
import { csvOptions } from '../../domain/csv-style.ts';
import { findPeople } from '../../domain/people/find-people.server.ts';
import { peopleFilter } from '../../domain/people/person.ts';
import { attemptFilter } from '../../domain/recipients/attempt-filter.ts';
import { exportRecipients } from '../../domain/recipients/export-recipients.server.ts';
import { listAttempts } from '../../domain/recipients/list-attempts.server.ts';
import { listRecipients } from '../../domain/recipients/list-recipients.server.ts';
import { exportFilter, recipientFilter } from '../../domain/recipients/recipient-filter.ts';
import { removeRecipients } from '../../domain/recipients/remove-recipients.server.ts';
import { bulkResolution, resolution } from '../../domain/recipients/resolution-input.ts';
import { resolveRecipient, resolveUnknown } from '../../domain/recipients/resolve-recipient.server.ts';
import { retryRecipient } from '../../domain/recipients/retry-recipient.server.ts';
import { csvResponse } from '../../http/csv-response.server.ts';
import { csvStyleOf } from '../../http/csv-style.server.ts';
import { fileOptions } from './file-options.ts';
import { operation } from './operation.ts';

/** POST /campaigns/:id/recipients. */
const importOptions = z.object({
  ...fileOptions,
  file_name: z
    .string()
    .max(255)
    .transform((name) => name.replace(/\p{Cc}/gu, ''))
    .optional()
    .describe('For the report.'),
  dry_run: z
    .enum(['0', '1', 'true', 'false'], 'Say 1 for a dry run.')
    .optional()
    .describe('1: the same report with the first rows as they would be; nothing is imported.'),
  sample: z
    .enum(['0', '1'], 'Say 1 where only the beginning of the file was sent.')
    .optional()
    .describe('1: only the beginning of the file is sent, cut off anywhere; for dry runs.'),
  columns: z
    .string()
    .max(50_000)
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'The columns are no JSON object such as {"First Name": "first_name", "Fax": null}.' });
        return z.NEVER;
      }
    })
    .pipe(columnMapping)
    .optional()
    .describe('JSON: {"First Name": "first_name", "Fax": null, "Age": {"type": "number"}}: what a column is called, null leaves it out.'),
  statuses: z
    .enum(['leave_out', 'take'], 'Say leave_out or take.')
    .optional()
    .describe('People whose status in the file says unsubscribed, bounced and the like. Default: leave_out.'),
});

export const recipientOperations = {
  listRecipients: operation({
    method: 'GET',
    path: '/campaigns/{id}/recipients',
    summary: 'The ledger, page by page',
    permission: 'people:read',
    query: recipientFilter,
    status: 200,
    answer: 'RecipientPage',
    problems: [422],
    run: ({ context, ids, query }) => listRecipients(context.db, ids.id, query),
  }),
  importRecipients: operation({
    method: 'POST',
    path: '/campaigns/{id}/recipients',
    summary: 'Add a contact list: one streaming request, all or nothing, answered when done',
    permission: 'campaigns:write',
    query: importOptions,
    upload: ['text/csv', 'application/json'],
    status: 200,
    answer: 'ImportReport',
    problems: [408, 409, 415, 422],
    run: ({ context, viewer, ids, query, request }) =>
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
  }),
  removeRecipients: operation({
    method: 'DELETE',
    path: '/campaigns/{id}/recipients',
    summary: 'Empty the list of a draft',
    permission: 'campaigns:write',
    status: 200,
    answer: 'Campaign',
    problems: [409],
    run: ({ context, viewer, ids }) => removeRecipients(context.db, ids.id, viewer),
  }),
  importReport: operation({
    method: 'GET',
    path: '/campaigns/{id}/imports/{importId}/report.csv',
    summary: 'Every row of an import that did not become a recipient, with its line and the reason',
    permission: 'people:export',
    query: csvOptions,
    status: 200,
    contentType: 'text/csv',
    problems: [422],
    run: async ({ context, ids, request }) =>
      csvResponse(`import-${ids.importId}-report.csv`, await reportCsv(context.db, ids.id, ids.importId, csvStyleOf(request))),
  }),
  getRecipient: operation({
    method: 'GET',
    path: '/campaigns/{id}/recipients/{rid}',
    summary: 'One recipient with all attempts, and with what people did and the provider told',
    permission: 'people:read',
    status: 200,
    answer: 'RecipientStory',
    run: ({ context, ids }) => recipientStory(context.db, ids.id, ids.rid),
  }),
  retryRecipient: operation({
    method: 'POST',
    path: '/campaigns/{id}/recipients/{rid}/retry',
    summary:
      'Send to one recipient again that failed or whose message came back, at a corrected address where it was wrong; costs no round',
    permission: 'recipients:retry',
    also: ['people:read'],
    body: z.strictObject({
      address: z.string('The address must be a string.').trim().max(320, 'This is too long for an address.').nullish(),
    }),
    status: 200,
    answer: 'CampaignAndRecipient',
    problems: [409, 422],
    run: async ({ context: { db, env }, viewer, ids, body }) => {
      const recipient = await retryRecipient(db, viewer, ids.id, ids.rid, { address: body.address, windowS: env.recipientRetryWindowS });
      return { ...(await getCampaign(db, ids.id)), recipient };
    },
  }),
  resolveRecipient: operation({
    method: 'POST',
    path: '/campaigns/{id}/recipients/{rid}/resolve',
    summary: 'Decide an outcome that is unknown, or was given up as unknown: it was sent, it failed, or send it again',
    permission: 'recipients:retry',
    also: ['people:read'],
    body: resolution,
    status: 200,
    answer: 'CampaignAndRecipient',
    problems: [409, 422],
    run: async ({ context: { db }, viewer, ids, body }) => {
      const recipient = await resolveRecipient(db, viewer, ids.id, ids.rid, body.outcome);
      return { ...(await getCampaign(db, ids.id)), recipient };
    },
  }),
  resolveUnknown: operation({
    method: 'POST',
    path: '/campaigns/{id}/resolve',
    summary: 'Decide the unknown outcomes of many recipients at once: those named, or all of the campaign. Others are left out',
    permission: 'recipients:retry',
    body: bulkResolution,
    status: 200,
    answer: 'CampaignAndResolved',
    problems: [409, 422],
    run: async ({ context: { db }, viewer, ids, body }) => {
      const resolved = await resolveUnknown(db, viewer, ids.id, body);
      return { ...(await getCampaign(db, ids.id)), resolved };
    },
  }),
  findPeople: operation({
    method: 'GET',
    path: '/people',
    summary: 'One address or phone number across all campaigns: by address, for each the newest message first',
    permission: 'people:read',
    query: peopleFilter,
    status: 200,
    answer: 'PeoplePage',
    problems: [422],
    run: ({ context, query }) => findPeople(context.db, query),
  }),
  exportStory: operation({
    method: 'GET',
    path: '/campaigns/{id}/recipients/{rid}/story.csv',
    summary: 'The whole story of one recipient in order, as CSV',
    permission: 'people:export',
    query: csvOptions,
    status: 200,
    contentType: 'text/csv',
    problems: [422],
    run: async ({ context, ids, request }) =>
      csvResponse(`campaign-${ids.id}-recipient-${ids.rid}.csv`, await exportStory(context.db, ids.id, ids.rid, csvStyleOf(request))),
  }),
  listAttempts: operation({
    method: 'GET',
    path: '/campaigns/{id}/attempts',
    summary: 'The log of attempts, oldest first, up to the oldest that is still under way',
    permission: 'people:read',
    query: attemptFilter,
    status: 200,
    answer: 'AttemptPage',
    problems: [422],
    run: ({ context, ids, query }) => listAttempts(context.db, ids.id, query),
  }),
  exportAttempts: operation({
    method: 'GET',
    path: '/campaigns/{id}/attempts.csv',
    summary: 'The log of attempts as a stream of CSV, oldest first',
    permission: 'people:export',
    query: csvOptions,
    status: 200,
    contentType: 'text/csv',
    problems: [422],
    run: async ({ context, ids, request }) =>
      csvResponse(`campaign-${ids.id}-attempts.csv`, await exportAttempts(context.db, ids.id, csvStyleOf(request))),
  }),
  exportRecipients: operation({
    method: 'GET',
    path: '/campaigns/{id}/export.csv',
    summary: 'The ledger, or what is chosen of it, as a stream of CSV',
    permission: 'people:export',
    query: exportFilter.extend(csvOptions.shape),
    status: 200,
    contentType: 'text/csv',
    problems: [422],
    run: async ({ context, ids, query, request }) =>
      csvResponse(`campaign-${ids.id}-recipients.csv`, await exportRecipients(context.db, ids.id, query, csvStyleOf(request))),
  }),
};
