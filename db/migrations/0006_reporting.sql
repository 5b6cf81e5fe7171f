-- Up Migration

-- Reporting: views for people who ask in SQL. docs/reporting.md is made from the comments below.

-- The texts of app/domain/failures.ts; a test compares the two.
create table failure_labels (
  code text primary key,
  label text not null,
  advice text not null,
  may_pass boolean not null
);
insert into failure_labels (code, label, advice, may_pass) values
  ('rate_limited', 'Provider was limiting us', 'The provider asked to slow down four times. Retry later.', true),
  ('provider_error', 'Provider had an error', 'The provider answered with an error four times. Retry later.', true),
  ('timeout', 'Provider did not answer', 'The provider did not answer in time. Retry later.', true),
  ('connection', 'Provider could not be reached', 'No connection to the provider came about. Check the network, then retry.', true),
  ('invalid_address', 'Address does not exist', 'The provider refused the address. Correct it and send again.', false),
  ('invalid_number', 'Number is not valid', 'The provider refused the number. Correct it and send again.', false),
  ('unreachable', 'Phone could not be reached', 'The phone was off, out of reach, or cannot take messages.', true),
  ('carrier_rejected', 'Carrier refused the message', 'The carrier blocked the message. Look at its wording and the sender number.', false),
  ('opted_out', 'Person opted out', 'They answered STOP to this sender. They are not sent to until they answer START.', false),
  ('not_allowed', 'Sending there is not allowed', 'This sender may not send to this number or country. Change the permissions at the provider.', false),
  ('content_rejected', 'Content was refused', 'The provider refused the message itself. Check subject, body and sender.', false),
  ('render_failed', 'Content could not be filled in', 'The template failed with this person’s data. Check the preview for this recipient.', false),
  ('outcome_unknown', 'Outcome unknown', 'The provider never told whether it took the message. Sending again may deliver it twice.', true),
  ('credentials', 'Key was refused', 'The provider refused the key. Check it in the settings, then retry.', false),
  ('out_of_credits', 'Out of credits', 'The provider account has no credits left. Top it up, then retry.', false),
  ('sender_not_verified', 'Sender is not verified', 'The provider does not know this sender. Verify it there, then retry.', false),
  ('account_suspended', 'Account is suspended', 'The provider suspended the account. Contact the provider, then retry.', false),
  ('configuration', 'Configuration is wrong', 'The provider did not understand the request. Check sender and base URL, then retry.', false),
  ('provider_unavailable', 'Provider was unavailable', 'The provider could not be reached for a long time. Retry later.', true),
  ('recipients_failed', 'Recipients failed', 'Some recipients could not be reached. See the reasons and retry those.', true);

-- Limits of the configuration that a view needs; the server writes them when it starts.
create table settings_in_force (
  name text primary key check (name in ('retry_window_s')),
  value integer not null
);

create schema reporting;

-- Every attempt, and whether its recipient had been tried before: in the same round, in an earlier one, or by a call that the provider
-- refused for the whole account. Numbers alone do not tell, since such a call gives its number back. Measured: 0.9 s for 1,000,000
-- attempts, read in the order of attempts_of_recipient; an index of its own would cost every send and save nothing.
create view attempt_order as
select id, campaign_id, recipient_id, round, number, finished_at, outcome,
  row_number() over (partition by recipient_id, campaign_id order by id) > 1 as is_retry
from attempts;

-- Who was reached by a retry: sent, where the last accepted attempt was not the first attempt. That is so where any accepted one was not.
create view recovered_recipients as
select r.campaign_id, r.id as recipient_id, r.sent_at
from (select distinct campaign_id, recipient_id from attempt_order where is_retry and outcome = 'accepted') a
join recipients r on r.campaign_id = a.campaign_id and r.id = a.recipient_id
where r.status = 'sent';

-- The three views with a row for each row of the ledger hide columns, not rows, so they need no security_barrier; it would keep a join
-- of them from using indexes (one address with its attempts among 1,000,000: 340 ms with it, 1 ms without).

create view reporting.campaigns as
select c.id, c.name, c.channel::text, c.status::text, c.total, c.pending, c.queued, c.sending, c.retrying, c.unknown, c.sent, c.failed,
  c.suppressed, c.cancelled, c.delivered, c.bounced, c.scheduled_at, c.time_zone, c.started_at, c.finished_at, c.failed_at,
  c.failure_code, c.failure_reason, c.retry_count, c.max_retries, greatest(0, c.max_retries - c.retry_count)::smallint as retries_left,
  c.failed_at + coalesce((select value from settings_in_force where name = 'retry_window_s'), 86400) * interval '1 second' as retry_until,
  null::timestamptz as hold_until, null::text as hold_reason, c.preparing, c.version, c.created_at, c.created_by,
  (select count(*) from recovered_recipients r where r.campaign_id = c.id) as recovered_by_retry
from campaigns c;

create view reporting.recipients as
select r.campaign_id, r.id as recipient_id, c.channel::text, r.address, r.status::text, r.round, r.attempts, r.sent_at, r.failed_at,
  r.failure_code, r.failure_reason, r.delivery::text, r.delivered_at
from recipients r join campaigns c on c.id = r.campaign_id;

create view reporting.attempts as
select a.campaign_id, a.recipient_id, c.channel::text, a.round, a.number, a.started_at, a.finished_at,
  round(extract(epoch from a.finished_at - a.started_at) * 1000)::integer as duration_ms, a.outcome::text, a.http_status,
  a.provider_code, a.reason, a.actor
from attempts a join campaigns c on c.id = a.campaign_id;

create view reporting.failure_reasons with (security_barrier) as
select r.campaign_id, c.channel::text, r.failure_code, coalesce(l.label, r.failure_code) as label, count(*) as recipients,
  min(r.failed_at) as first_at, max(r.failed_at) as last_at
from recipients r join campaigns c on c.id = r.campaign_id left join failure_labels l on l.code = r.failure_code
where r.status = 'failed'
group by r.campaign_id, c.channel, r.failure_code, l.label;

-- Each part is counted where it happens and only then put together. Measured: 2.5 s for 1,000,000 attempts.
create view reporting.daily_sends with (security_barrier) as
select day, channel::text, sum(sent)::bigint as sent, sum(failed)::bigint as failed, sum(attempts)::bigint as attempts,
  sum(retried)::bigint as retried, sum(recovered)::bigint as recovered
from (
  select r.sent_at::date as day, c.channel, count(*) as sent, 0 as failed, 0 as attempts, 0 as retried, 0 as recovered
  from recipients r join campaigns c on c.id = r.campaign_id where r.status = 'sent' group by 1, 2
  union all
  select r.failed_at::date, c.channel, 0, count(*), 0, 0, 0
  from recipients r join campaigns c on c.id = r.campaign_id where r.status = 'failed' group by 1, 2
  union all
  select a.finished_at::date, c.channel, 0, 0, count(*), count(*) filter (where a.is_retry), 0
  from attempt_order a join campaigns c on c.id = a.campaign_id group by 1, 2
  union all
  select r.sent_at::date, c.channel, 0, 0, 0, 0, count(*)
  from recovered_recipients r join campaigns c on c.id = r.campaign_id group by 1, 2
) parts
group by day, channel;

create view reporting.retry_recovery with (security_barrier) as
select a.campaign_id, c.channel::text, a.round, a.number, count(*) as attempted, count(*) filter (where a.outcome = 'accepted') as accepted
from attempt_order a join campaigns c on c.id = a.campaign_id
where a.is_retry
group by a.campaign_id, c.channel, a.round, a.number;

comment on schema reporting is
  'Campaigns, recipients and attempts for reports. Read-only views over the live ledger: always up to date, and nothing here can change anything.';

comment on view reporting.campaigns is
  'One row for each campaign, with how many of its recipients are in each state now. total is always the sum of pending, queued, sending, retrying, unknown, sent, failed, suppressed and cancelled.';
comment on column reporting.campaigns.id is 'The campaign''s number, as in its page''s address. campaign_id in the other views.';
comment on column reporting.campaigns.name is 'Its name, as people gave it. Not unique.';
comment on column reporting.campaigns.channel is 'email or sms.';
comment on column reporting.campaigns.status is
  'DRAFT, SCHEDULED, SENDING, PAUSED, SENT (everybody who was not suppressed was sent to), PARTIALLY_SENT (some were), FAILED (nobody was) or CANCELLED.';
comment on column reporting.campaigns.total is 'Recipients on its list, suppressed ones included.';
comment on column reporting.campaigns.pending is 'Recipients that wait and are not in the queue yet. In an ended campaign: those that were never tried.';
comment on column reporting.campaigns.queued is 'Recipients that wait in the queue.';
comment on column reporting.campaigns.sending is 'Recipients whose message is being handed to the provider right now.';
comment on column reporting.campaigns.retrying is 'Recipients that were refused for now and are tried again automatically.';
comment on column reporting.campaigns.unknown is 'Recipients where the provider never told whether it took the message.';
comment on column reporting.campaigns.sent is 'Recipients whose message the provider accepted. Whether it arrived is told by delivered and bounced.';
comment on column reporting.campaigns.failed is 'Recipients that were given up; reporting.failure_reasons says why.';
comment on column reporting.campaigns.suppressed is 'Recipients on the suppression list: opted out, bounced before, or blocked by hand. Never sent to.';
comment on column reporting.campaigns.cancelled is 'Recipients that had not been sent to when the campaign was cancelled.';
comment on column reporting.campaigns.delivered is 'Of the sent ones, how many the provider has reported as delivered.';
comment on column reporting.campaigns.bounced is 'Of the sent ones, how many the provider has reported as bounced.';
comment on column reporting.campaigns.scheduled_at is 'When it was or is to start by itself; null if a person started it.';
comment on column reporting.campaigns.time_zone is 'The time zone in which that time was chosen, such as Europe/Berlin.';
comment on column reporting.campaigns.started_at is 'When sending began; null before.';
comment on column reporting.campaigns.finished_at is 'When it ended; null while it has not. A retry opens it again, and then it is the time of the new end.';
comment on column reporting.campaigns.failed_at is 'When it ended as FAILED or PARTIALLY_SENT; null in every other state.';
comment on column reporting.campaigns.failure_code is
  'Why it ended so: recipients_failed, or what stopped it as a whole (credentials, out_of_credits, sender_not_verified, account_suspended, configuration, content_rejected, provider_unavailable). Null unless failed_at is set.';
comment on column reporting.campaigns.failure_reason is 'The same in a sentence, with what to do about it.';
comment on column reporting.campaigns.retry_count is 'Retry rounds that people have started. Automatic retries are not counted here.';
comment on column reporting.campaigns.max_retries is 'Retry rounds that people may start.';
comment on column reporting.campaigns.retries_left is 'Retry rounds that are left: max_retries less retry_count.';
comment on column reporting.campaigns.retry_until is 'Until when a retry round may be started; null unless failed_at is set.';
comment on column reporting.campaigns.hold_until is 'Until when sending waits because the provider is limiting or down; null while it does not wait.';
comment on column reporting.campaigns.hold_reason is 'Why sending waits, in a sentence; null while it does not wait.';
comment on column reporting.campaigns.preparing is 'True while the list of a cloned campaign is still being copied.';
comment on column reporting.campaigns.version is 'Grows with every change of the campaign or its recipients. Equal versions mean equal numbers.';
comment on column reporting.campaigns.created_at is 'When it was made.';
comment on column reporting.campaigns.created_by is 'Who made it: a person''s name or an API key''s.';
comment on column reporting.campaigns.recovered_by_retry is
  'Recipients that are sent now and whose last accepted attempt was not their first attempt, whether Rollcall or a person asked for the retry. They are part of sent: without retries they would be missing there.';

comment on view reporting.recipients is 'One row for each recipient of each campaign, as it stands now. The same address has a row in every campaign that it is part of.';
comment on column reporting.recipients.campaign_id is 'The campaign: reporting.campaigns.id.';
comment on column reporting.recipients.recipient_id is 'The recipient''s number, unique over all campaigns.';
comment on column reporting.recipients.channel is 'email or sms.';
comment on column reporting.recipients.address is 'The email address in lower case, or the phone number as +15550100200 (E.164).';
comment on column reporting.recipients.status is
  'pending or queued (waiting), sending, retrying, unknown, sent, failed, suppressed or cancelled; the counters of reporting.campaigns explain them.';
comment on column reporting.recipients.round is '0 at first; one more each time that a person asked to send to this recipient again.';
comment on column reporting.recipients.attempts is 'Attempts in this round, at most 4: one and three automatic retries. reporting.attempts has those of all rounds.';
comment on column reporting.recipients.sent_at is 'When the provider accepted the message; null if it has not.';
comment on column reporting.recipients.failed_at is 'When it was given up; null unless status is failed.';
comment on column reporting.recipients.failure_code is 'Why it failed, or while it is being retried why the last attempt did. reporting.failure_reasons has the words.';
comment on column reporting.recipients.failure_reason is 'The same in a sentence, with the provider''s own words where it gave any.';
comment on column reporting.recipients.delivery is
  'What the provider told after it had accepted the message: deferred, delivered, bounced, undelivered or complained; null: nothing yet.';
comment on column reporting.recipients.delivered_at is 'When the message was delivered; null if that was not told.';

comment on view reporting.attempts is
  'The log: one row for each call to a provider, of first sends, automatic retries and retry rounds alike. Rows are only ever added.';
comment on column reporting.attempts.campaign_id is 'The campaign: reporting.campaigns.id.';
comment on column reporting.attempts.recipient_id is 'The recipient: reporting.recipients.recipient_id.';
comment on column reporting.attempts.channel is 'email or sms.';
comment on column reporting.attempts.round is 'The recipient''s round in which it was made: 0 the first send, 1 and more after a person asked again.';
comment on column reporting.attempts.number is
  'Its number in the round, 1 to 4; from 2 on it is an automatic retry. A call that was refused for the whole account gives its number back, so a number may come twice.';
comment on column reporting.attempts.started_at is 'When the call began.';
comment on column reporting.attempts.finished_at is 'When its outcome was written down.';
comment on column reporting.attempts.duration_ms is 'From started_at to finished_at, in milliseconds.';
comment on column reporting.attempts.outcome is
  'accepted, transient (refused for now, tried again), permanent (refused for good), account (refused for every recipient, such as a wrong key; costs the recipient nothing) or unknown (no clear answer).';
comment on column reporting.attempts.http_status is 'HTTP status of the answer; null where none came.';
comment on column reporting.attempts.provider_code is 'The provider''s own error code, such as Twilio''s 21211; null where it gave none.';
comment on column reporting.attempts.reason is 'What went wrong, in words; null for accepted ones.';
comment on column reporting.attempts.actor is 'Who asked for it; null where Rollcall did by itself.';

comment on view reporting.failure_reasons is 'Why recipients failed: one row for each campaign and reason. Only those that are failed now count; who was reached by a retry does not.';
comment on column reporting.failure_reasons.campaign_id is 'The campaign: reporting.campaigns.id.';
comment on column reporting.failure_reasons.channel is 'email or sms.';
comment on column reporting.failure_reasons.failure_code is 'The reason, as a fixed word for programs.';
comment on column reporting.failure_reasons.label is 'The reason in words, as the pages show it.';
comment on column reporting.failure_reasons.recipients is 'Recipients that are failed for this reason now.';
comment on column reporting.failure_reasons.first_at is 'When the first of them failed.';
comment on column reporting.failure_reasons.last_at is 'When the last of them failed.';

comment on view reporting.daily_sends is
  'One row for each day and channel on which something happened. Days begin at midnight in the session''s time zone: SET TIME ZONE ''Europe/Berlin'' gives days of Berlin. sent, failed and recovered count recipients as they stand now, so their sums are those of reporting.campaigns; attempts and retried count calls.';
comment on column reporting.daily_sends.day is 'The day, in the session''s time zone.';
comment on column reporting.daily_sends.channel is 'email or sms.';
comment on column reporting.daily_sends.sent is 'Recipients that are sent now, by the day on which the provider accepted their message.';
comment on column reporting.daily_sends.failed is 'Recipients that are failed now, by the day on which they were given up.';
comment on column reporting.daily_sends.attempts is 'Calls to the provider that ended on this day.';
comment on column reporting.daily_sends.retried is 'Of those calls, the ones whose recipient had been tried before, automatically or by a person.';
comment on column reporting.daily_sends.recovered is 'Of the sent ones, those whose last accepted attempt was not their first attempt (recovered_by_retry of reporting.campaigns).';

comment on view reporting.retry_recovery is
  'How much each further attempt saved: one row for each campaign, round and number, over attempts whose recipient had been tried before. First attempts are not in it.';
comment on column reporting.retry_recovery.campaign_id is 'The campaign: reporting.campaigns.id.';
comment on column reporting.retry_recovery.channel is 'email or sms.';
comment on column reporting.retry_recovery.round is '0: automatic retries of the first send; 1 and more: rounds that a person asked for, counted for each recipient.';
comment on column reporting.retry_recovery.number is 'The attempt''s number in its round, 1 to 4. In round 0 the first automatic retry is number 2.';
comment on column reporting.retry_recovery.attempted is 'Further attempts with this round and number.';
comment on column reporting.retry_recovery.accepted is
  'Of those, how many the provider accepted. Their sum may exceed recovered_by_retry where a carrier refused an accepted SMS later.';

-- Makes the role where this user may, and gives it the views. Say "select grant_reporting()" again after the role was made by hand.
create function grant_reporting() returns text language plpgsql as $$
begin
  begin
    if not exists (select from pg_roles where rolname = 'reporting_reader') then
      create role reporting_reader nologin;
    end if;
  exception
    -- Another database of this server made it just now.
    when duplicate_object or unique_violation then null;
    when insufficient_privilege then
      return 'The role reporting_reader is missing, and this user may not make it. See docs/reporting.md.';
  end;
  grant usage on schema reporting to reporting_reader;
  grant select on all tables in schema reporting to reporting_reader;
  return 'reporting_reader may read the views.';
end $$;

-- By default everybody may call every function. Nothing here writes with more rights than its caller has, but a reader needs none of them.
revoke execute on all functions in schema public from public;
alter default privileges revoke execute on functions from public;

do $$
declare
  said text := grant_reporting();
begin
  raise notice '%', said;
end $$;
