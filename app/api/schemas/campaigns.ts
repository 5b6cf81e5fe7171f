import { z } from 'zod';
import { roles } from '../../domain/access/roles.ts';
import { type ActivityDetails, activityKinds } from '../../domain/campaigns/activity.ts';
import { approvalStates } from '../../domain/campaigns/approval.ts';
import { campaignStatuses, unknownPolicies } from '../../domain/campaigns/campaign.ts';
import { channels } from '../../domain/channel.ts';
import { attemptOutcomes } from '../../domain/recipients/recipient.ts';
import { count, id, text, time } from './common.ts';

const approval = z.strictObject({
  needed: z.boolean().describe('Can it not be sent without one? Where roles are named: by people of these.'),
  why: text.describe('In a sentence.'),
  roles: z.array(z.enum(roles)).nullable(),
  state: z.enum(approvalStates),
  hash: text.describe('Of everything that goes out and to whom, as it was asked for: name it to approve or decline.'),
  revision: z.int().positive().nullable(),
  people: count.nullable(),
  sender: text,
  asked_by: text,
  asked_at: time.nullable(),
  scheduled_at: time.nullable().describe('When it is to go out; null: at once, or whenever somebody sends it.'),
  time_zone: text,
  send: z.boolean().describe('It goes out, or is scheduled, by itself once it is approved.'),
  approved_by: text,
  approved_at: time.nullable(),
  valid_until: time.nullable().describe('Until when it has to go out.'),
  declined_by: text,
  declined_at: time.nullable(),
  note: text.describe('Why it was declined.'),
  withdrawn_by: text,
  withdrawn_at: time.nullable(),
  withdrawn_why: text.describe('In a sentence.'),
});

export const listItem = z
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
    approval: approval.nullable().describe('Of somebody else; null where none is needed and none was asked for.'),
  })
  .describe('total is always the sum of pending, queued, sending, retrying, unknown, sent, failed, suppressed and cancelled.');

export const campaign = listItem.extend({ html: text, text });

export const activity = z.strictObject({
  id,
  at: time,
  kind: z.enum(activityKinds),
  actor: text.describe('Null where Rollcall did it by itself.'),
  recipient_id: id.nullable().describe('Of an event about one recipient.'),
  address: text,
  text: z.string().describe('The event in a sentence.'),
  details: z.custom<ActivityDetails>().meta({ type: 'object', description: 'By kind, such as the counters at that moment.' }),
});

export const failureGroup = z.strictObject({ code: z.string(), label: z.string(), count });

export const retryPreview = z.strictObject({
  retryable: count.describe('How many a retry without a choice would send to.'),
  by_reason: z.array(failureGroup.extend({ retry_by_default: z.boolean() })).describe('Recipients never tried are not_tried.'),
  excluded: z.array(failureGroup).describe('Left out unless chosen; suppressed for good.'),
  retries_left: count,
  retry_until: time.nullable(),
});

export const preview = z.strictObject({
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

export const testResult = z.strictObject({
  outcome: z.enum(attemptOutcomes),
  http_status: z.int().nullable(),
  provider_code: text,
  reason: text,
  provider_message_id: text,
});
