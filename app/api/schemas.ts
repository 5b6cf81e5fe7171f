import { z } from 'zod';
import { type ActivityDetails, type ActivityJson, activityKinds } from '../domain/activity/activity.ts';
import type { StoryEvent } from '../domain/activity/story.ts';
import { type AlertPayload, alertEvents } from '../domain/alerts/alert.ts';
import type { DeliveryJson, EndpointJson } from '../domain/alerts/endpoint.ts';
import { type CampaignJson, campaignStatuses, channels, unknownPolicies } from '../domain/campaigns/campaign.ts';
import type { CampaignListItem } from '../domain/campaigns/campaign-json.ts';
import type { FailureGroup } from '../domain/campaigns/failure-groups.server.ts';
import type { RetryPreview } from '../domain/campaigns/retry-rules.ts';
import type { TestResult } from '../domain/campaigns/send-test.server.ts';
import { columnTypes } from '../domain/contacts/column-mapping.ts';
import { type ImportReport, rejectReasons } from '../domain/contacts/import-report.ts';
import { encodings } from '../domain/contacts/text-encoding.ts';
import type { Preview } from '../domain/content/preview-message.server.ts';
import type { InboundMessageJson } from '../domain/delivery/inbound-message.ts';
import type { PersonMessage } from '../domain/people/person.ts';
import { type AttemptJson, attemptOutcomes, type RecipientJson, recipientStatuses } from '../domain/recipients/recipient.ts';
import { MAX_REPORTED, type SuppressionImport, suppressionRejects } from '../domain/suppressions/import-report.ts';
import { type SuppressionJson, suppressionReasons, suppressionSources } from '../domain/suppressions/suppression.ts';

/** What the API answers. The types of the domain are checked against these, so neither can drift from the other. */

const id = z.int().positive();
const count = z.int().nonnegative();
const time = z.iso.datetime();
const text = z.string().nullable();

const listItem = z
  .strictObject({
    id,
    name: z.string(),
    channel: z.enum(channels),
    status: z.enum(campaignStatuses),
    subject: text,
    from: text,
    unknown_policy: z.enum(unknownPolicies),
    total: count,
    pending: count,
    queued: count,
    sending: count,
    retrying: count,
    unknown: count,
    sent: count,
    failed: count,
    suppressed: count,
    cancelled: count,
    delivered: count.describe('By provider events, beside the status.'),
    bounced: count.describe('By provider events, beside the status.'),
    unsubscribed: count.describe('Asked by a message of this campaign not to get any more.'),
    complained: count.describe('Reported a message of this campaign as spam.'),
    scheduled_at: time.nullable(),
    time_zone: text,
    started_at: time.nullable(),
    started_by: text,
    finished_at: time.nullable(),
    failed_at: time.nullable(),
    failure_code: text,
    failure_reason: text,
    retry_count: count.describe('Manual retry rounds used.'),
    max_retries: count.describe('Manual retry rounds allowed. Automatic retries are another number: three a round.'),
    retries_left: count,
    retry_until: time.nullable(),
    hold_until: time
      .nullable()
      .describe('When a provider that is held is tried next; null also while the channel is stopped by a limit of 0.'),
    hold_reason: text.describe(
      'Why it waits: the provider is held, or somebody stopped the channel by a limit of 0. Null: it does not wait.',
    ),
    preparing: z.boolean().describe('A long list is being copied, or emptied; it cannot be sent or changed until that is done.'),
    emptying: z.boolean().describe('It is being emptied.'),
    preparing_of: count.nullable().describe('How many people are being copied or removed; null while nobody is.'),
    variables: z.array(z.string()).describe('Columns of the contact list that templates may use.'),
    version: count.describe('Grows with every change.'),
    revision: z
      .int()
      .positive()
      .describe("Grows with each change of a draft's content, settings or list. Also the ETag: name it in If-Match, and when you send."),
    known_until: time.nullable().describe('What it did after this time is not known here, since the database was put back from a backup.'),
    planned_at: time.nullable().describe('The time that was chosen before it was unscheduled.'),
    planned_time_zone: text,
    sending_ms: count.describe(
      'How long it was sending: finished stretches, without pauses and without the time between an end and a retry.',
    ),
    sending_since: time.nullable().describe('Since when it is sending; null while it is not.'),
    created_at: time,
    created_by: text,
  })
  .describe('total is always the sum of pending, queued, sending, retrying, unknown, sent, failed, suppressed and cancelled.');

const campaign = listItem.extend({ html: text, text });

const recipient = z.strictObject({
  id,
  address: z.string(),
  status: z.enum(recipientStatuses),
  attempts: z.int().min(0).max(4).describe('Of this round.'),
  round: count,
  next_attempt_at: time.nullable(),
  unknown_until: time.nullable().describe('Null while the status is unknown: held for a person.'),
  sent_at: time.nullable(),
  failed_at: time.nullable(),
  failure_code: text,
  failure_reason: text,
  provider_message_id: text,
  delivery: z.enum(['delivered', 'deferred', 'bounced', 'undelivered', 'complained']).nullable(),
  unsubscribed_at: time.nullable().describe('When they asked by this message not to get any more.'),
  variables: z.record(z.string(), z.string()),
  former_address: z.string().optional().describe('In a search: the address that they had before, by which they were found.'),
});

const attempt = z.strictObject({
  id,
  address: text.describe('What it was sent to, which may have been corrected since; null where that is not known any more.'),
  recipient_id: id,
  round: count,
  number: z.int().min(1).max(4),
  started_at: time,
  finished_at: time,
  outcome: z.enum(attemptOutcomes),
  http_status: z.int().nullable(),
  provider_code: text,
  reason: text,
  retry_after_s: z.int().nullable(),
  provider_message_id: text,
  actor: text,
});

const activity = z.strictObject({
  id,
  at: time,
  kind: z.enum(activityKinds),
  actor: text.describe('Null where Rollcall did it by itself.'),
  recipient_id: id.nullable().describe('Of an event about one recipient.'),
  address: text,
  text: z.string().describe('The event in a sentence.'),
  details: z.custom<ActivityDetails>().meta({ type: 'object', description: 'By kind, such as the counters at that moment.' }),
});

const storyEvent = z.strictObject({
  at: time,
  source: z
    .enum(['campaign', 'provider'])
    .describe('What people and the campaign did, or what the provider told after it took the message.'),
  kind: z.string(),
  actor: text,
  text: z.string().describe('The event in a sentence.'),
  code: text.describe('Of the provider.'),
  reason: text.describe('Of the provider.'),
});

const failureGroup = z.strictObject({ code: z.string(), label: z.string(), count });

const retryPreview = z.strictObject({
  retryable: count.describe('How many a retry without a choice would send to.'),
  by_reason: z.array(failureGroup.extend({ retry_by_default: z.boolean() })).describe('Recipients never tried are not_tried.'),
  excluded: z.array(failureGroup).describe('Left out unless chosen; suppressed for good.'),
  retries_left: count,
  retry_until: time.nullable(),
});

const personMessage = z.strictObject({
  campaign: listItem.pick({ id: true, name: true, channel: true, status: true }),
  recipient,
  matched: z
    .array(z.strictObject({ name: z.string(), value: z.string() }))
    .optional()
    .describe('Found by these columns of the contact file.'),
});

const importReport = z.strictObject({
  rows: count,
  accepted: count,
  duplicates: count,
  rejected: count,
  left_out: count.describe('Of the rejected: people whose status in the file says that they must not be written to.'),
  warnings: z.array(z.string()).describe('What to look at before anything is sent.'),
  errors: z
    .array(
      z.strictObject({
        line: z.int(),
        address: z.string(),
        reason: z.enum(rejectReasons),
        advice: z.string().optional().describe('What to do about it.'),
      }),
    )
    .describe('The first 100.'),
  report_url: z
    .string()
    .describe('All of them with all their columns, as CSV that can be corrected and imported again. Empty in a dry run.'),
  encoding: z.enum(encodings.map(([name]) => name)),
  encoding_guessed: z.boolean().describe('Nothing said the encoding: look at the names.'),
  delimiter: text,
  header_line: z.int().nullable().describe('0: there is none; null for JSON.'),
  columns: z
    .array(
      z.strictObject({
        header: z.string(),
        name: text.describe('The variable; null for addresses and columns left out.'),
        role: z.enum(['address', 'variable', 'left_out']),
        type: z.enum(columnTypes),
        status: z.boolean().describe('It says whether people may be written to.'),
      }),
    )
    .nullable(),
  preview: z
    .array(
      z.strictObject({
        line: z.int(),
        address: text.describe('As it would be kept; null where the row is left out.'),
        written: z.string(),
        reason: z.enum(rejectReasons).nullable(),
        variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
      }),
    )
    .nullable()
    .describe('Of a dry run: the first rows as they would be.'),
});

const preview = z.strictObject({
  recipient: z
    .strictObject({ id, address: z.string() })
    .nullable()
    .describe('Null while the list is empty; variables then stand for themselves.'),
  subject: text,
  html: text,
  text,
  problems: z
    .array(
      z.strictObject({
        field: z.enum(['subject', 'html', 'text']),
        message: z.string(),
        line: z.int().optional(),
        severity: z.enum(['error', 'warning']),
      }),
    )
    .describe('A campaign with an error cannot be sent.'),
});

const testResult = z.strictObject({
  outcome: z.enum(attemptOutcomes),
  http_status: z.int().nullable(),
  provider_code: text,
  reason: text,
  provider_message_id: text,
});

const webhookEndpoint = z.strictObject({
  id,
  url: z.string(),
  events: z.array(z.enum(alertEvents)),
  failure_threshold: z.int().min(1),
  min_unreached: z.int().min(1),
  failing_since: time.nullable().describe('Since when every delivery has failed.'),
  disabled_at: time.nullable(),
  disabled_reason: text,
  created_at: time,
  created_by: text,
});

const endpointWithSecret = webhookEndpoint.extend({
  secret: z.string().describe('whsec_ and base64, for checking signatures. Shown once.'),
});

const alertType = z.enum([...alertEvents, 'webhook.test']);

const alertBody = z
  .strictObject({
    type: alertType,
    timestamp: time,
    data: z.strictObject({
      campaign: listItem.nullable(),
      provider: z
        .strictObject({ provider: z.string(), channel: z.enum(channels), reason: z.string(), until: time.nullable() })
        .optional()
        .describe('With provider.degraded.'),
    }),
  })
  .describe('The body of the webhook.') satisfies z.ZodType<AlertPayload>;

const webhookDelivery = z.strictObject({
  id,
  type: alertType,
  campaign_id: id.nullable(),
  message_id: z.string().describe('The header webhook-id, the same for every try.'),
  status: z.enum(['pending', 'delivered', 'failed']),
  created_at: time,
  next_attempt_at: time.nullable(),
  payload: alertBody,
  attempts: z
    .array(
      z.strictObject({
        at: time,
        latency_ms: count,
        status: z.int().nullable().describe('HTTP status; null without an answer.'),
        response: text.describe('The first 1,000 characters of the answer.'),
        error: text.describe('Why it did not count as delivered; null for a 2xx.'),
        actor: text.describe('Who sent it by hand.'),
      }),
    )
    .describe('Oldest first.'),
});

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string().describe('Stable; for programs.'),
  detail: z.string().describe('A sentence for people.'),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  look_at: z.string().optional().describe('With idempotency_outcome_unknown: the path that tells whether it was done.'),
  revision: z.int().optional().describe('With stale_revision: the one that it has now.'),
  changes: z
    .array(z.object({ field: z.string(), revision: z.int(), changed_at: time, changed_by: text }))
    .optional()
    .describe('With stale_revision: what was changed since the revision that was named, the newest first.'),
});

const suppressionOrigin = {
  reason: z.enum(suppressionReasons),
  campaign_id: id.nullable().describe('Where it came from; null where a person or a file brought it.'),
  recipient_id: id.nullable(),
  created_at: time,
  created_by: text.describe('Null where a provider or the person themselves asked for it.'),
};
const suppression = z.strictObject({
  id,
  channel: z.enum(channels),
  address: z.string(),
  ...suppressionOrigin,
  reasons: z

    .array(
      z.strictObject({
        ...suppressionOrigin,
        source: z.enum(suppressionSources).describe('Who told it.'),
        note: text.describe('What the file says that it came from, in its own words.'),
      }),
    )
    .describe('All that stand, the weightiest first, of which the fields above tell. Each source takes off only its own.'),
});

const inboundMessage = z.strictObject({
  id,
  sender: z.string().describe('Their number.'),
  to: text.describe('Ours.'),
  body: z.string(),
  received_at: time,
  campaign_id: id.nullable().describe('The last campaign that sent to the number.'),
  recipient_id: id.nullable(),
  suppressed: z.boolean().describe('Nobody sends to the number.'),
});

const suppressionImport = z.strictObject({
  rows: count.describe('added + known + rejected'),
  added: count,
  known: count.describe('On the list before for this reason, or twice in the file.'),
  rejected: count,
  warnings: z.array(z.string()).describe('What to look at, in sentences.'),
  errors: z
    .array(
      z.strictObject({
        line: z.int().positive(),
        address: z.string(),
        reason: z.enum(suppressionRejects),
        advice: text,
        file_reason: text.describe('What the file says why it is in it.'),
      }),
    )
    .describe(`The first ${MAX_REPORTED.toLocaleString('en-US')} rejected rows, in file order.`),
});

const suppressedAddress = suppression.pick({ id: true, address: true, reason: true, created_at: true, reasons: true });

const page = <T extends z.ZodType>(item: T) =>
  z.strictObject({ data: z.array(item), next_cursor: text.describe('Null on the last page.') });

export const answers = {
  Campaign: campaign satisfies z.ZodType<CampaignJson>,
  CampaignPage: page(listItem satisfies z.ZodType<CampaignListItem>),
  Recipient: recipient satisfies z.ZodType<RecipientJson>,
  RecipientPage: page(recipient),
  RecipientStory: z.strictObject({
    recipient,
    attempts: z.array(attempt satisfies z.ZodType<AttemptJson>).describe('Of all rounds, oldest first.'),
    events: z.array(storyEvent satisfies z.ZodType<StoryEvent>).describe('Oldest first.'),
    suppressed: suppressedAddress
      .nullable()
      .describe('Why and since when nobody sends to the address of now; null: it is not on the list.'),
    retry_closed: text.describe('Why the recipient cannot be sent to again; null where it can.'),
  }),
  ActivityPage: page(activity satisfies z.ZodType<ActivityJson>),
  AttemptPage: page(attempt),
  RetryPreview: retryPreview satisfies z.ZodType<RetryPreview>,
  RetryResult: z.strictObject({ retried: count, retries_left: count }),
  CampaignAndRecipient: campaign.extend({ recipient }),
  CampaignAndResolved: campaign.extend({ resolved: count.describe('How many were decided.') }),
  PeoplePage: page(personMessage satisfies z.ZodType<PersonMessage>).extend({
    looked_through: z
      .strictObject({ recipients: count, all: z.boolean() })
      .optional()
      .describe(
        'Of a search by details, which begins with the newest recipients: about how many it has looked at, and whether those are all.',
      ),
  }),
  Suppression: suppression satisfies z.ZodType<SuppressionJson>,
  SuppressionAdded: z.union([
    suppression,
    z.strictObject({
      rows: count,
      added: count,
      known: count.describe('Stood already, or twice in the list.'),
      rejected: count,
      errors: z.array(z.strictObject({ index: count, address: z.string(), reason: z.string() })).describe('Those that are no address.'),
    }),
  ]),
  SuppressionPage: page(suppression),
  SuppressionImport: suppressionImport satisfies z.ZodType<SuppressionImport>,
  InboundMessagePage: page(inboundMessage satisfies z.ZodType<InboundMessageJson>),
  FailureGroups: z.strictObject({ data: z.array(failureGroup satisfies z.ZodType<FailureGroup>) }),
  ImportReport: importReport satisfies z.ZodType<ImportReport>,
  Preview: preview satisfies z.ZodType<Preview>,
  TestResult: testResult satisfies z.ZodType<TestResult>,
  WebhookEndpoint: webhookEndpoint satisfies z.ZodType<EndpointJson>,
  WebhookEndpointWithSecret: endpointWithSecret,
  WebhookEndpointPage: page(webhookEndpoint),
  WebhookDelivery: webhookDelivery satisfies z.ZodType<DeliveryJson>,
  WebhookDeliveryPage: page(webhookDelivery),
  Problem: problem,
} as const;

export type AnswerName = keyof typeof answers;
