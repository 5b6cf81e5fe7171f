import { z } from 'zod';
import { beyondLimit, channelWithin } from '../../domain/access/key-limits.server.ts';
import { exportActivity } from '../../domain/activity/activity-csv.server.ts';
import { activityFilter } from '../../domain/activity/activity-filter.ts';
import { listActivity } from '../../domain/activity/list-activity.server.ts';
import { approveCampaign, askForApproval, declineCampaign } from '../../domain/campaigns/approve-campaign.server.ts';
import { campaignFilter, campaignPatch, newCampaign } from '../../domain/campaigns/campaign-input.ts';
import { cloneCampaign } from '../../domain/campaigns/clone-campaign.server.ts';
import { createCampaign } from '../../domain/campaigns/create-campaign.server.ts';
import { deleteCampaign } from '../../domain/campaigns/delete-campaign.server.ts';
import { failureGroups } from '../../domain/campaigns/failure-groups.server.ts';
import { getCampaign } from '../../domain/campaigns/get-campaign.server.ts';
import { cancelCampaign, pauseCampaign, resumeCampaign } from '../../domain/campaigns/life.server.ts';
import { listCampaigns } from '../../domain/campaigns/list-campaigns.server.ts';
import { cloneRecipients } from '../../domain/campaigns/not-reached.ts';
import { getRetryPreview, retryCampaign } from '../../domain/campaigns/retry-campaign.server.ts';
import { sendCampaign, unscheduleCampaign } from '../../domain/campaigns/send-campaign.server.ts';
import { isTimeZone } from '../../domain/campaigns/send-time.ts';
import { updateCampaign } from '../../domain/campaigns/update-campaign.server.ts';
import { previewMessage } from '../../domain/content/preview-message.server.ts';
import { csvOptions } from '../../domain/csv-style.ts';
import { sendTest } from '../../domain/sending/send-test.server.ts';
import { csvResponse } from '../../http/csv-response.server.ts';
import { csvStyleOf } from '../../http/csv-style.server.ts';
import { ifMatch } from './if-match.ts';
import { operation } from './operation.ts';

const sendOptions = z.strictObject({
  scheduled_at: z
    .string('The time must be a string.')
    .trim()
    .min(1, 'Enter a time, or leave it out to send now.')
    .max(64, 'This is not a time. Write it as 2026-03-29T09:00.')
    .nullish()
    .describe('Default: now. With an offset that instant; without one wall time in time_zone, of two the earlier.'),
  time_zone: z
    .string()
    .max(100)
    .refine(isTimeZone, 'This is not a time zone. Use a name such as Europe/Berlin.')
    .nullish()
    .describe('IANA name, such as Europe/Berlin; kept and shown beside the time.'),
  revision: z
    .int('The revision must be a whole number, as the campaign has it.')
    .positive('The revision must be a whole number, as the campaign has it.')
    .nullish()
    .describe('The revision that was reviewed: another one by now is 409 stale_revision. Default: whatever it is.'),
});

const approvalOptions = sendOptions.extend({
  send: z.boolean('Send must be true or false.').nullish().describe('True: it goes out, or is scheduled, by itself once it is approved.'),
});

const seenHash = z.string('Name the hash that you saw.').regex(/^[0-9a-f]{64}$/, 'The hash has 64 hexadecimal digits.');

const seenRevision = z
  .int('The revision must be a whole number, as the approval has it.')
  .positive('The revision must be a whole number, as the approval has it.')
  .nullish()
  .describe('The revision of the approval that you saw: the same hash can be asked for twice. Default: whichever.');

/** POST /campaigns/:id/retry. */
const retryChoice = z.strictObject({
  codes: z
    .array(z.string('A reason is a failure code.').max(100), 'The reasons must be a list of failure codes.')
    .max(100)
    .optional()
    .describe('Failure codes to send to again. Default: those that may pass. Recipients never tried are always part of it.'),
});

/** POST /campaigns/:id/clone. */
const cloneChoice = z.strictObject({
  recipients: z
    .enum(cloneRecipients, 'The recipients must be all or not_reached.')
    .default('all')
    .describe(
      'Whom the clone goes to. not_reached: of an ended campaign, those that failed, were cancelled or were never tried; who may have got it (an unknown outcome) and who opted out is left out.',
    ),
});

export const campaignOperations = {
  listCampaigns: operation({
    method: 'GET',
    path: '/campaigns',
    summary: 'Campaigns, newest first, without html and text',
    permission: 'campaigns:read',
    narrowed: true,
    query: campaignFilter,
    status: 200,
    answer: 'CampaignPage',
    problems: [422],
    run: ({ context, viewer, query }) => listCampaigns(context.db, query, viewer),
  }),
  createCampaign: operation({
    method: 'POST',
    path: '/campaigns',
    summary: 'Make a draft',
    permission: 'campaigns:write',
    narrowed: true,
    body: newCampaign,
    content: true,
    status: 201,
    answer: 'Campaign',
    problems: [422],
    run: ({ context, viewer, body }) => {
      channelWithin(viewer, body.channel);
      return createCampaign(context.db, viewer, body);
    },
  }),
  getCampaign: operation({
    method: 'GET',
    path: '/campaigns/{id}',
    summary: 'One campaign with its counters',
    permission: 'campaigns:read',
    status: 200,
    answer: 'Campaign',
    run: ({ context, ids }) => getCampaign(context.db, ids.id),
  }),
  updateCampaign: operation({
    method: 'PATCH',
    path: '/campaigns/{id}',
    summary: 'Change a draft',
    permission: 'campaigns:write',
    ifMatch: true,
    body: campaignPatch,
    content: true,
    status: 200,
    answer: 'Campaign',
    problems: [409, 412, 422],
    run: ({ context, viewer, request, ids, body }) => {
      if (viewer.channel && body.channel && body.channel !== viewer.channel) throw beyondLimit(viewer);
      return updateCampaign(context.db, ids.id, body, { viewer, seen: ifMatch(request.headers) });
    },
  }),
  deleteCampaign: operation({
    method: 'DELETE',
    path: '/campaigns/{id}',
    summary: 'Remove a draft',
    permission: 'campaigns:write',
    ifMatch: true,
    status: 204,
    problems: [409, 412],
    run: async ({ context, request, ids }) => {
      await deleteCampaign(context.db, ids.id, ifMatch(request.headers));
      return undefined;
    },
  }),
  previewCampaign: operation({
    method: 'POST',
    path: '/campaigns/{id}/preview',
    summary: 'The content as one recipient gets it, and what is wrong with it',
    permission: 'campaigns:read',
    body: z.strictObject({ recipient_id: z.int().positive().nullish().describe('Default: the first of the list.') }),
    status: 200,
    answer: 'Preview',
    problems: [422],
    run: ({ context, ids, body }) => previewMessage(context.db, ids.id, body.recipient_id ?? undefined),
  }),
  testCampaign: operation({
    method: 'POST',
    path: '/campaigns/{id}/test',
    summary:
      'Send one test message, which is not in the ledger; 409 to an address on the suppression list, and while the channel is stopped',
    permission: 'campaigns:send',
    body: z.strictObject({
      address: z.string('Enter an address.').trim().min(1, 'Enter an address.').max(320),
      recipient_id: z.int().positive().nullish().describe('Whose message it is; else of the first recipient.'),
    }),
    status: 200,
    answer: 'TestResult',
    problems: [409, 422],
    run: ({ context, viewer, ids, body }) => sendTest(context, viewer, ids.id, body.address, body.recipient_id ?? undefined),
  }),
  sendCampaign: operation({
    method: 'POST',
    path: '/campaigns/{id}/send',
    summary: 'Start sending',
    permission: 'campaigns:send',
    body: sendOptions,
    status: 202,
    answer: 'Campaign',
    problems: [409, 422],
    run: ({ context, viewer, ids, body }) => sendCampaign(context.db, viewer, ids.id, context.env, body),
  }),
  askForApproval: operation({
    method: 'POST',
    path: '/campaigns/{id}/approval',
    summary: 'Ask somebody else to approve it as it is now, where the settings want that; 409 by an API key that belongs to nobody',
    permission: 'campaigns:send',
    body: approvalOptions,
    status: 200,
    answer: 'Campaign',
    problems: [409, 422],
    run: ({ context, viewer, ids, body }) => askForApproval(context.db, viewer, ids.id, context.env, body),
  }),
  approveCampaign: operation({
    method: 'POST',
    path: '/campaigns/{id}/approval/approve',
    summary:
      'Approve this content and this list, as a person who is signed in and neither asked for it nor made or changed it; 403 by an API key',
    permission: 'campaigns:approve',
    body: z.strictObject({ hash: seenHash, revision: seenRevision }),
    status: 200,
    answer: 'Campaign',
    problems: [409, 422],
    run: ({ context, viewer, ids, body }) => approveCampaign(context.db, viewer, ids.id, context.env, body),
  }),
  declineCampaign: operation({
    method: 'POST',
    path: '/campaigns/{id}/approval/decline',
    summary: 'Decline it with a word to who asked, as a person who is signed in; who asked takes it back by this; 403 by an API key',
    permission: 'campaigns:approve',
    body: z.strictObject({
      hash: seenHash,
      revision: seenRevision,
      note: z.string().max(1_000, 'The note is too long; the most is 1,000 characters.').nullish(),
    }),
    status: 200,
    answer: 'Campaign',
    problems: [409, 422],
    run: ({ context, viewer, ids, body }) => declineCampaign(context.db, viewer, ids.id, body),
  }),
  pauseCampaign: operation({
    method: 'POST',
    path: '/campaigns/{id}/pause',
    summary: 'Stop for now; what is in flight still ends',
    permission: 'campaigns:send',
    status: 200,
    answer: 'Campaign',
    problems: [409],
    run: ({ context, viewer, ids }) => pauseCampaign(context.db, viewer, ids.id),
  }),
  resumeCampaign: operation({
    method: 'POST',
    path: '/campaigns/{id}/resume',
    summary: 'Go on after a pause',
    permission: 'campaigns:send',
    status: 200,
    answer: 'Campaign',
    problems: [409],
    run: ({ context, viewer, ids }) => resumeCampaign(context.db, viewer, ids.id),
  }),
  cancelCampaign: operation({
    method: 'POST',
    path: '/campaigns/{id}/cancel',
    summary: 'End it for good; recipients that were not tried become cancelled',
    permission: 'campaigns:send',
    status: 200,
    answer: 'Campaign',
    problems: [409],
    run: ({ context, viewer, ids }) => cancelCampaign(context.db, viewer, ids.id),
  }),
  unscheduleCampaign: operation({
    method: 'POST',
    path: '/campaigns/{id}/unschedule',
    summary: 'Make a scheduled campaign a draft again',
    permission: 'campaigns:send',
    status: 200,
    answer: 'Campaign',
    problems: [409],
    run: ({ context, viewer, ids }) => unscheduleCampaign(context.db, viewer, ids.id),
  }),
  previewRetry: operation({
    method: 'GET',
    path: '/campaigns/{id}/retry',
    summary: 'What a retry would do: how many recipients, for each reason, and who is left out',
    permission: 'campaigns:read',
    status: 200,
    answer: 'RetryPreview',
    run: ({ context, ids }) => getRetryPreview(context.db, ids.id),
  }),
  retryCampaign: operation({
    method: 'POST',
    path: '/campaigns/{id}/retry',
    summary: 'Send again to those that failed or were not tried, as one retry round',
    permission: 'campaigns:send',
    body: retryChoice,
    status: 202,
    answer: 'RetryResult',
    problems: [409, 422],
    run: ({ context, viewer, ids, body }) =>
      retryCampaign(context.db, viewer, ids.id, { codes: body.codes, windowS: context.env.retryWindowS }),
  }),
  cloneCampaign: operation({
    method: 'POST',
    path: '/campaigns/{id}/clone',
    summary: 'A new draft with the same content, settings and recipients; while preparing is true, the list is still arriving',
    permission: 'campaigns:write',
    body: cloneChoice,
    status: 201,
    answer: 'Campaign',
    problems: [409],
    run: ({ context, viewer, ids, body }) => {
      if (viewer.campaignId !== undefined) throw beyondLimit(viewer);
      return cloneCampaign(context.db, viewer, ids.id, body.recipients);
    },
  }),
  listActivity: operation({
    method: 'GET',
    path: '/campaigns/{id}/activity',
    summary: 'The events of its life: who did what, and every change of status',
    permission: 'campaigns:read',
    query: activityFilter,
    status: 200,
    answer: 'ActivityPage',
    problems: [422],
    run: ({ context, ids, query }) => listActivity(context.db, ids.id, query),
  }),
  exportActivity: operation({
    method: 'GET',
    path: '/campaigns/{id}/activity.csv',
    summary: 'The events of its life as a stream of CSV, oldest first',
    permission: 'people:export',
    query: csvOptions,
    status: 200,
    contentType: 'text/csv',
    problems: [422],
    run: async ({ context, ids, request }) =>
      csvResponse(`campaign-${ids.id}-activity.csv`, await exportActivity(context.db, ids.id, csvStyleOf(request))),
  }),
  listFailures: operation({
    method: 'GET',
    path: '/campaigns/{id}/failures',
    summary: 'Why recipients failed: how many for each reason, the largest first',
    permission: 'campaigns:read',
    status: 200,
    answer: 'FailureGroups',
    run: async ({ context, ids }) => {
      await getCampaign(context.db, ids.id);
      return { data: await failureGroups(context.db.pool, ids.id) };
    },
  }),
};
