import { z } from 'zod';
import type { Permission } from '../domain/access/roles.ts';
import { activityFilter } from '../domain/activity/activity-filter.ts';
import { deliveryFilter, endpointPatch, newEndpoint } from '../domain/alerts/endpoint-input.ts';
import { campaignFilter, campaignPatch, newCampaign } from '../domain/campaigns/campaign-input.ts';
import { peopleFilter } from '../domain/people/person.ts';
import { attemptFilter } from '../domain/recipients/attempt-filter.ts';
import { recipientFilter } from '../domain/recipients/recipient-filter.ts';
import { resolutions } from '../domain/recipients/resolutions.ts';
import { namedSuppression, newSuppression, suppressionFilter } from '../domain/suppressions/suppression.ts';
import type { AnswerName } from './schemas.ts';

/** One call of the API: what it needs, what it takes and what it answers. Handlers, checks and the OpenAPI document all read this. */
export interface Operation {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below /api/v1, parameters in braces; all of them are ids. */
  path: string;
  summary: string;
  permission: Permission;
  query?: z.ZodObject;
  /** JSON, up to 1.5 MB. Without a schema a body is not read. */
  body?: z.ZodType;
  /** The body is handed on as it arrives, of any size. */
  upload?: readonly string[];
  status: 200 | 201 | 202 | 204;
  answer?: AnswerName;
  /** Where the answer is a stream and no JSON. */
  contentType?: string;
  /** Problems beside 401, 403, 429 and, where there are parameters, 404. */
  problems?: readonly number[];
}

const optionalText = z.string().max(100).optional();

/** POST /campaigns/:id/recipients. */
const importOptions = z.object({
  address_column: z.string().max(1000).optional().describe('Default: found from the header.'),
  default_country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, 'The country must be two letters, such as US.')
    .transform((code) => code.toUpperCase())
    .optional()
    .describe('Of numbers without a country code. Default: US.'),
  delimiter: z
    .string()
    .transform((text) => (text === '\\t' || text === 'tab' ? '\t' : text))
    .refine((text) => text.length === 1, 'The delimiter must be one character, or "tab".')
    .optional()
    .describe('Default: found from the first lines.'),
  file_name: z.string().max(255).optional().describe('For the report.'),
});

const sendOptions = z.strictObject({
  scheduled_at: z
    .string('The time must be a string.')
    .trim()
    .min(1, 'Enter a time, or leave it out to send now.')
    .max(64, 'This is not a time. Write it as 2026-03-29T09:00.')
    .nullish()
    .describe('Default: now. With an offset that instant; without one wall time in time_zone, of two the earlier.'),
  time_zone: optionalText.nullable().describe('IANA name, such as Europe/Berlin; kept and shown beside the time.'),
});

/** POST /campaigns/:id/retry. */
const retryChoice = z.strictObject({
  codes: z
    .array(z.string('A reason is a failure code.').max(100), 'The reasons must be a list of failure codes.')
    .max(100)
    .optional()
    .describe('Failure codes to send to again. Default: those that may pass. Recipients never tried are always part of it.'),
});

export const operations = {
  listCampaigns: {
    method: 'GET',
    path: '/campaigns',
    summary: 'Campaigns, newest first, without html and text',
    permission: 'campaigns:read',
    query: campaignFilter,
    status: 200,
    answer: 'CampaignPage',
    problems: [422],
  },
  createCampaign: {
    method: 'POST',
    path: '/campaigns',
    summary: 'Make a draft',
    permission: 'campaigns:write',
    body: newCampaign,
    status: 201,
    answer: 'Campaign',
    problems: [422],
  },
  getCampaign: {
    method: 'GET',
    path: '/campaigns/{id}',
    summary: 'One campaign with its counters',
    permission: 'campaigns:read',
    status: 200,
    answer: 'Campaign',
  },
  updateCampaign: {
    method: 'PATCH',
    path: '/campaigns/{id}',
    summary: 'Change a draft',
    permission: 'campaigns:write',
    body: campaignPatch,
    status: 200,
    answer: 'Campaign',
    problems: [409, 422],
  },
  deleteCampaign: {
    method: 'DELETE',
    path: '/campaigns/{id}',
    summary: 'Remove a draft',
    permission: 'campaigns:write',
    status: 204,
    problems: [409],
  },
  listRecipients: {
    method: 'GET',
    path: '/campaigns/{id}/recipients',
    summary: 'The ledger, page by page',
    permission: 'campaigns:read',
    query: recipientFilter,
    status: 200,
    answer: 'RecipientPage',
    problems: [422],
  },
  importRecipients: {
    method: 'POST',
    path: '/campaigns/{id}/recipients',
    summary: 'Add a contact list: one streaming request, all or nothing, answered when done',
    permission: 'campaigns:write',
    query: importOptions,
    upload: ['text/csv', 'application/json'],
    status: 200,
    answer: 'ImportReport',
    problems: [408, 409, 415, 422],
  },
  removeRecipients: {
    method: 'DELETE',
    path: '/campaigns/{id}/recipients',
    summary: 'Empty the list of a draft',
    permission: 'campaigns:write',
    status: 200,
    answer: 'Campaign',
    problems: [409],
  },
  importReport: {
    method: 'GET',
    path: '/campaigns/{id}/imports/{importId}/report.csv',
    summary: 'Every row of an import that did not become a recipient, with its line and the reason',
    permission: 'campaigns:read',
    status: 200,
    contentType: 'text/csv',
  },
  previewCampaign: {
    method: 'POST',
    path: '/campaigns/{id}/preview',
    summary: 'The content as one recipient gets it, and what is wrong with it',
    permission: 'campaigns:read',
    body: z.strictObject({ recipient_id: z.int().positive().nullish().describe('Default: the first of the list.') }),
    status: 200,
    answer: 'Preview',
    problems: [422],
  },
  testCampaign: {
    method: 'POST',
    path: '/campaigns/{id}/test',
    summary: 'Send one test message, which is not in the ledger',
    permission: 'campaigns:send',
    body: z.strictObject({ address: z.string('Enter an address.').trim().min(1, 'Enter an address.').max(320) }),
    status: 200,
    answer: 'TestResult',
    problems: [409, 422],
  },
  sendCampaign: {
    method: 'POST',
    path: '/campaigns/{id}/send',
    summary: 'Start sending',
    permission: 'campaigns:send',
    body: sendOptions,
    status: 202,
    answer: 'Campaign',
    problems: [409, 422],
  },
  pauseCampaign: {
    method: 'POST',
    path: '/campaigns/{id}/pause',
    summary: 'Stop for now; what is in flight still ends',
    permission: 'campaigns:send',
    status: 200,
    answer: 'Campaign',
    problems: [409],
  },
  resumeCampaign: {
    method: 'POST',
    path: '/campaigns/{id}/resume',
    summary: 'Go on after a pause',
    permission: 'campaigns:send',
    status: 200,
    answer: 'Campaign',
    problems: [409],
  },
  cancelCampaign: {
    method: 'POST',
    path: '/campaigns/{id}/cancel',
    summary: 'End it for good; recipients that were not tried become cancelled',
    permission: 'campaigns:send',
    status: 200,
    answer: 'Campaign',
    problems: [409],
  },
  unscheduleCampaign: {
    method: 'POST',
    path: '/campaigns/{id}/unschedule',
    summary: 'Make a scheduled campaign a draft again',
    permission: 'campaigns:send',
    status: 200,
    answer: 'Campaign',
    problems: [409],
  },
  previewRetry: {
    method: 'GET',
    path: '/campaigns/{id}/retry',
    summary: 'What a retry would do: how many recipients, for each reason, and who is left out',
    permission: 'campaigns:read',
    status: 200,
    answer: 'RetryPreview',
  },
  retryCampaign: {
    method: 'POST',
    path: '/campaigns/{id}/retry',
    summary: 'Send again to those that failed or were not tried, as one retry round',
    permission: 'campaigns:send',
    body: retryChoice,
    status: 202,
    answer: 'RetryResult',
    problems: [409, 422],
  },
  cloneCampaign: {
    method: 'POST',
    path: '/campaigns/{id}/clone',
    summary: 'A new draft with the same content, settings and recipients; while preparing is true, the list is still arriving',
    permission: 'campaigns:write',
    status: 201,
    answer: 'Campaign',
    problems: [409],
  },
  getRecipient: {
    method: 'GET',
    path: '/campaigns/{id}/recipients/{rid}',
    summary: 'One recipient with all attempts, and with what people did and the provider told',
    permission: 'campaigns:read',
    status: 200,
    answer: 'RecipientStory',
  },
  retryRecipient: {
    method: 'POST',
    path: '/campaigns/{id}/recipients/{rid}/retry',
    summary: 'Send to one failed recipient again, at a corrected address where it was wrong; costs no round',
    permission: 'recipients:retry',
    body: z.strictObject({
      address: z.string('The address must be a string.').trim().max(320, 'This is too long for an address.').nullish(),
    }),
    status: 200,
    answer: 'CampaignAndRecipient',
    problems: [409, 422],
  },
  resolveRecipient: {
    method: 'POST',
    path: '/campaigns/{id}/recipients/{rid}/resolve',
    summary: 'Decide an unknown outcome: it was sent, it failed, or send it again',
    permission: 'recipients:retry',
    body: z.strictObject({ outcome: z.enum(resolutions, 'The outcome must be sent, failed or resend.') }),
    status: 200,
    answer: 'CampaignAndRecipient',
    problems: [409, 422],
  },
  findPeople: {
    method: 'GET',
    path: '/people',
    summary: 'One address or phone number across all campaigns: by address, for each the newest message first',
    permission: 'campaigns:read',
    query: peopleFilter,
    status: 200,
    answer: 'PeoplePage',
    problems: [422],
  },
  exportStory: {
    method: 'GET',
    path: '/campaigns/{id}/recipients/{rid}/story.csv',
    summary: 'The whole story of one recipient in order, as CSV',
    permission: 'campaigns:read',
    status: 200,
    contentType: 'text/csv',
  },
  listActivity: {
    method: 'GET',
    path: '/campaigns/{id}/activity',
    summary: 'The events of its life: who did what, and every change of status',
    permission: 'campaigns:read',
    query: activityFilter,
    status: 200,
    answer: 'ActivityPage',
    problems: [422],
  },
  exportActivity: {
    method: 'GET',
    path: '/campaigns/{id}/activity.csv',
    summary: 'The events of its life as a stream of CSV, oldest first',
    permission: 'campaigns:read',
    status: 200,
    contentType: 'text/csv',
  },
  listAttempts: {
    method: 'GET',
    path: '/campaigns/{id}/attempts',
    summary: 'The log of attempts, oldest first',
    permission: 'campaigns:read',
    query: attemptFilter,
    status: 200,
    answer: 'AttemptPage',
    problems: [422],
  },
  exportAttempts: {
    method: 'GET',
    path: '/campaigns/{id}/attempts.csv',
    summary: 'The log of attempts as a stream of CSV, oldest first',
    permission: 'campaigns:read',
    status: 200,
    contentType: 'text/csv',
  },
  listFailures: {
    method: 'GET',
    path: '/campaigns/{id}/failures',
    summary: 'Why recipients failed: how many for each reason, the largest first',
    permission: 'campaigns:read',
    status: 200,
    answer: 'FailureGroups',
  },
  exportRecipients: {
    method: 'GET',
    path: '/campaigns/{id}/export.csv',
    summary: 'The ledger as a stream of CSV',
    permission: 'campaigns:read',
    query: recipientFilter.pick({ status: true }),
    status: 200,
    contentType: 'text/csv',
    problems: [422],
  },
  listWebhookEndpoints: {
    method: 'GET',
    path: '/webhook-endpoints',
    summary: 'Who is told of alerts, newest first; there are at most 50',
    permission: 'settings:write',
    status: 200,
    answer: 'WebhookEndpointPage',
  },
  createWebhookEndpoint: {
    method: 'POST',
    path: '/webhook-endpoints',
    summary: 'Tell a URL of alerts; the secret to check signatures with is in this answer only',
    permission: 'settings:write',
    body: newEndpoint,
    status: 201,
    answer: 'WebhookEndpointWithSecret',
    problems: [409, 422],
  },
  getWebhookEndpoint: {
    method: 'GET',
    path: '/webhook-endpoints/{id}',
    summary: 'One endpoint',
    permission: 'settings:write',
    status: 200,
    answer: 'WebhookEndpoint',
  },
  updateWebhookEndpoint: {
    method: 'PATCH',
    path: '/webhook-endpoints/{id}',
    summary: 'Change an endpoint, or switch it on or off',
    permission: 'settings:write',
    body: endpointPatch,
    status: 200,
    answer: 'WebhookEndpoint',
    problems: [422],
  },
  deleteWebhookEndpoint: {
    method: 'DELETE',
    path: '/webhook-endpoints/{id}',
    summary: 'Remove an endpoint with its deliveries',
    permission: 'settings:write',
    status: 204,
  },
  rotateWebhookSecret: {
    method: 'POST',
    path: '/webhook-endpoints/{id}/rotate-secret',
    summary: 'A new secret, in this answer only; the former one signs beside it for 24 hours',
    permission: 'settings:write',
    status: 200,
    answer: 'WebhookEndpointWithSecret',
  },
  testWebhookEndpoint: {
    method: 'POST',
    path: '/webhook-endpoints/{id}/test',
    summary: 'Post a made-up alert now, and answer with what the receiver said',
    permission: 'settings:write',
    status: 200,
    answer: 'WebhookDelivery',
  },
  listWebhookDeliveries: {
    method: 'GET',
    path: '/webhook-endpoints/{id}/deliveries',
    summary: 'What was sent to an endpoint, newest first, with every try and its answer',
    permission: 'settings:write',
    query: deliveryFilter,
    status: 200,
    answer: 'WebhookDeliveryPage',
    problems: [422],
  },
  resendWebhookDelivery: {
    method: 'POST',
    path: '/webhook-endpoints/{id}/deliveries/{did}/resend',
    summary: 'Post a delivery once more now, under the same webhook-id, and answer with what the receiver said',
    permission: 'settings:write',
    status: 200,
    answer: 'WebhookDelivery',
  },
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
    summary: 'Never send to an address or number; one that is on the list already stays there',
    permission: 'suppressions:write',
    body: newSuppression,
    status: 201,
    answer: 'Suppression',
    problems: [409, 422],
  },
  removeSuppression: {
    method: 'DELETE',
    path: '/suppressions',
    summary: 'Send to it again; named by channel and address, in the body or in the query',
    permission: 'suppressions:write',
    query: namedSuppression,
    body: namedSuppression,
    status: 204,
    problems: [404, 422],
  },
  describeApi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    permission: 'campaigns:read',
    status: 200,
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
