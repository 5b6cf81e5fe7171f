import { z } from 'zod';
import type { StoryEvent } from '../../domain/activity/story.ts';
import type { DeliveryJson, EndpointJson } from '../../domain/alerts/endpoint.ts';
import type { AuditEntryJson } from '../../domain/audit/audit-entry.ts';
import type { ActivityJson } from '../../domain/campaigns/activity.ts';
import type { CampaignJson } from '../../domain/campaigns/campaign.ts';
import type { CampaignListItem } from '../../domain/campaigns/campaign-json.ts';
import type { FailureGroup } from '../../domain/campaigns/failure-group.ts';
import type { RetryPreview } from '../../domain/campaigns/retry-rules.ts';
import type { ImportReport } from '../../domain/contacts/import-report.ts';
import type { Preview } from '../../domain/content/preview.ts';
import type { InboundMessageJson } from '../../domain/delivery/inbound-message.ts';
import type { PersonMessage } from '../../domain/people/person.ts';
import type { AttemptJson, RecipientJson } from '../../domain/recipients/recipient.ts';
import type { TestResult } from '../../domain/sending/test-result.ts';
import type { SuppressionImport } from '../../domain/suppressions/import-report.ts';
import type { SuppressionJson } from '../../domain/suppressions/suppression.ts';
import { auditEntry } from './audit.ts';
import { activity, campaign, failureGroup, listItem, preview, retryPreview, testResult } from './campaigns.ts';
import { count, text, time } from './common.ts';
import { attempt, importReport, personMessage, recipient, storyEvent } from './recipients.ts';
import { inboundMessage, suppressedAddress, suppression, suppressionImport } from './suppressions.ts';
import { endpointWithSecret, webhookDelivery, webhookEndpoint } from './webhooks.ts';

/** What the API answers. The types of the domain are checked against these, so neither can drift from the other. */

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
    .describe(
      'With stale_revision and approval_changed: what was changed since the revision that was named, or asked for; the newest first.',
    ),
  hash: text.optional().describe('With approval_changed: what waits now; null: it has to be asked for again.'),
  approvers: z.array(z.string()).optional().describe('With approval_needed: who could approve it, by name.'),
});

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
    suppression.pick({ channel: true, address: true, reason: true }).describe('For those who may not see people: what was said alone.'),
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
  AuditPage: page(auditEntry satisfies z.ZodType<AuditEntryJson>),
  Problem: problem,
} as const;

export type AnswerName = keyof typeof answers;
