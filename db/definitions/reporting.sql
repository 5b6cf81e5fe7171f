-- The views of analysts, with what their columns mean (docs/reporting.md is made from it), and who may read them.

create or replace view reporting.attempts as
 SELECT a.campaign_id,
    a.recipient_id,
    c.channel::text AS channel,
    a.round,
    a.number,
    a.started_at,
    a.finished_at,
    round(EXTRACT(epoch FROM a.finished_at - a.started_at) * 1000::numeric)::integer AS duration_ms,
    a.outcome::text AS outcome,
    a.http_status,
    a.provider_code,
    a.reason,
    a.actor,
    case when former.round is null then r.address else former.address end as address
   FROM attempts a
     JOIN campaigns c ON c.id = a.campaign_id
     LEFT JOIN recipients r ON r.campaign_id = a.campaign_id AND r.id = a.recipient_id
     LEFT JOIN LATERAL (SELECT f.round, f.address FROM former_addresses f
       WHERE f.recipient_id = a.recipient_id AND f.round >= a.round ORDER BY f.round LIMIT 1) former ON true;

comment on view reporting.attempts is 'The log: one row for each call to a provider, of first sends, automatic retries and retry rounds alike. Rows are only ever added.';
comment on column reporting.attempts.campaign_id is 'The campaign: reporting.campaigns.id.';
comment on column reporting.attempts.recipient_id is 'The recipient: reporting.recipients.recipient_id.';
comment on column reporting.attempts.channel is 'email or sms.';
comment on column reporting.attempts.round is 'The recipient''s round in which it was made: 0 the first send, 1 and more after a person asked again.';
comment on column reporting.attempts.number is 'Its number in the round, 1 to 4; from 2 on it is an automatic retry. A call that was refused for the whole account gives its number back, so a number may come twice.';
comment on column reporting.attempts.started_at is 'When the call began.';
comment on column reporting.attempts.finished_at is 'When its outcome was written down.';
comment on column reporting.attempts.duration_ms is 'From started_at to finished_at, in milliseconds.';
comment on column reporting.attempts.outcome is 'accepted, transient (refused for now, tried again), permanent (refused for good), account (refused for every recipient, such as a wrong key; costs the recipient nothing) or unknown (no clear answer).';
comment on column reporting.attempts.http_status is 'HTTP status of the answer; null where none came.';
comment on column reporting.attempts.provider_code is 'The provider''s own error code, such as Twilio''s 21211; null where it gave none.';
comment on column reporting.attempts.reason is 'What went wrong, in words; null for accepted ones.';
comment on column reporting.attempts.actor is 'Who asked for the retry round that it belongs to; null in the first round.';
comment on column reporting.attempts.address is 'What this attempt was sent to, which may have been corrected since; null where that is not known any more.';

create or replace view reporting.campaign_events with (security_barrier=true) as
 select e.campaign_id, e.recipient_id, e.at, e.kind, e.actor, e.details from campaign_events e;

comment on view reporting.campaign_events is 'What happened to a campaign and who did it: scheduled, started, paused, resumed, held, released, retried, ended and more.';
comment on column reporting.campaign_events.campaign_id is 'The campaign: reporting.campaigns.id.';
comment on column reporting.campaign_events.recipient_id is 'The recipient, for what was done for one alone; else null.';
comment on column reporting.campaign_events.at is 'When it happened.';
comment on column reporting.campaign_events.kind is 'What happened, as a fixed word; the API lists them.';
comment on column reporting.campaign_events.actor is 'Who did it: a persons name or an API keys; null where Rollcall did by itself.';
comment on column reporting.campaign_events.details is 'More about it as JSON, such as the reason or the numbers of that moment.';

-- What analysts missed: addresses at the time, who left and complained, why addresses are suppressed, bounces, imports and events. Columns are added at
-- the end; nothing that was there changes, but that nothing is delivered before it was sent: providers tell whole seconds.
create or replace view reporting.campaigns as
 SELECT id,
    name,
    channel::text AS channel,
    status::text AS status,
    total,
    pending,
    queued,
    sending,
    retrying,
    unknown,
    sent,
    failed,
    suppressed,
    cancelled,
    delivered,
    bounced,
    scheduled_at,
    time_zone,
    started_at,
    finished_at,
    failed_at,
    failure_code,
    failure_reason,
    retry_count,
    max_retries,
    GREATEST(0, (max_retries - retry_count)::integer)::smallint AS retries_left,
    failed_at + COALESCE(( SELECT settings_in_force.value
           FROM settings_in_force
          WHERE settings_in_force.name = 'retry_window_s'::text), 86400)::double precision * '00:00:01'::interval AS retry_until,
    hold_until,
    hold_reason,
    doing in ('copying', 'emptying') as preparing,
    version,
    created_at,
    created_by,
    COALESCE(( SELECT sum(q.recovered) AS sum
           FROM campaign_quarters q
          WHERE q.campaign_id = c.id AND q.ledger_version = c.ledger_version), ( SELECT count(*) AS count
           FROM recovered_recipients r
          WHERE r.campaign_id = c.id)) AS recovered_by_retry,
    unsubscribed,
    complained,
    subject,
    sender,
    started_by
   FROM campaigns c;

comment on view reporting.campaigns is 'One row for each campaign, with how many of its recipients are in each state now. total is always the sum of pending, queued, sending, retrying, unknown, sent, failed, suppressed and cancelled.';
comment on column reporting.campaigns.id is 'The campaign''s number, as in its page''s address. campaign_id in the other views.';
comment on column reporting.campaigns.name is 'Its name, as people gave it. Not unique.';
comment on column reporting.campaigns.channel is 'email or sms.';
comment on column reporting.campaigns.status is 'DRAFT, SCHEDULED, SENDING, PAUSED, SENT (everybody who was not suppressed was sent to), PARTIALLY_SENT (some were), FAILED (nobody was) or CANCELLED.';
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
comment on column reporting.campaigns.failure_code is 'Why it ended so: recipients_failed, or what stopped it as a whole (credentials, out_of_credits, trial_account, sender_not_verified, sender_not_registered, account_suspended, configuration, content_rejected, provider_unavailable). Null unless failed_at is set.';
comment on column reporting.campaigns.failure_reason is 'The same in a sentence, with what to do about it.';
comment on column reporting.campaigns.retry_count is 'Retry rounds that people have started. Automatic retries are not counted here.';
comment on column reporting.campaigns.max_retries is 'Retry rounds that people may start.';
comment on column reporting.campaigns.retries_left is 'Retry rounds that are left: max_retries less retry_count.';
comment on column reporting.campaigns.retry_until is 'Until when a retry round may be started; null unless failed_at is set.';
comment on column reporting.campaigns.hold_until is 'Until when sending waits because the provider is limiting or down; null while it does not wait.';
comment on column reporting.campaigns.hold_reason is 'Why sending waits, in a sentence; null while it does not wait.';
comment on column reporting.campaigns.preparing is 'True while a long list is still being copied from another campaign, or removed.';
comment on column reporting.campaigns.version is 'Grows with every change of the campaign or its recipients. Equal versions mean equal numbers.';
comment on column reporting.campaigns.created_at is 'When it was made.';
comment on column reporting.campaigns.created_by is 'Who made it: a person''s name or an API key''s.';
comment on column reporting.campaigns.recovered_by_retry is 'Recipients that are sent now and whose last accepted attempt was not their first attempt, whether Rollcall or a person asked for the retry. They are part of sent: without retries they would be missing there.';
comment on column reporting.campaigns.unsubscribed is 'Recipients who asked by a message of this campaign not to get any more.';
comment on column reporting.campaigns.complained is 'Recipients who reported a message of this campaign as spam.';
comment on column reporting.campaigns.subject is 'The subject line, as written, with its variables; null for texts.';
comment on column reporting.campaigns.sender is 'The sender of its messages; null: the one of the installation.';
comment on column reporting.campaigns.started_by is 'Who started sending; null where a schedule did.';

create or replace view reporting.daily_sends with (security_barrier=true) as
 SELECT quarter::date AS day,
    channel::text AS channel,
    sum(sent) AS sent,
    sum(failed) AS failed,
    sum(attempts) AS attempts,
    sum(retried) AS retried,
    sum(recovered) AS recovered,
    sum(bounced) AS bounced,
    sum(complained) AS complained,
    sum(unsubscribed) AS unsubscribed,
    sum(delivered) AS delivered
   FROM ( SELECT c.channel,
            q.quarter,
            q.sent,
            q.failed,
            q.attempts,
            q.retried,
            q.recovered,
            0 AS bounced,
            0 AS complained,
            0 AS unsubscribed,
            0 AS delivered
           FROM campaigns c
             JOIN campaign_quarters q ON q.campaign_id = c.id AND q.ledger_version = c.ledger_version
        UNION ALL
         SELECT c.channel,
            q.quarter,
            q.sent,
            q.failed,
            q.attempts,
            q.retried,
            q.recovered,
            0, 0, 0, 0
           FROM campaigns c
             JOIN campaign_quarters_now q ON q.campaign_id = c.id
          WHERE NOT (EXISTS ( SELECT
                   FROM campaign_quarters k
                  WHERE k.campaign_id = c.id AND k.ledger_version = c.ledger_version))
        UNION ALL
         SELECT c.channel, d.quarter, 0, 0, 0, 0, 0, 0, 0, 0, d.delivered
           FROM campaigns c
             JOIN campaign_deliveries d ON d.campaign_id = c.id
          WHERE d.delivered <> 0
        UNION ALL
         SELECT c.channel, e.at, 0, 0, 0, 0, 0, (e.what = 'bounced')::integer, (e.what = 'complained')::integer, (e.what = 'unsubscribed')::integer, 0
           FROM ( SELECT p.campaign_id, p.recipient_id,
                    case when p.kind in ('bounced', 'blocked') then 'bounced' when p.kind in ('unsubscribed', 'stopped') then 'unsubscribed' else 'complained' end as what,
                    min(p.occurred_at) as at
                   FROM provider_events p
                  WHERE p.kind in ('bounced', 'blocked', 'dropped', 'undelivered', 'complained', 'unsubscribed', 'stopped')
                    and p.kind in ('bounced', 'blocked', 'complained', 'unsubscribed', 'stopped') and p.recipient_id is not null
                  GROUP BY 1, 2, 3) e
             JOIN campaigns c ON c.id = e.campaign_id) parts
  GROUP BY (quarter::date), (channel::text);

comment on view reporting.daily_sends is 'One row for each day and channel on which something happened. Days begin at midnight in the session''s time zone: SET TIME ZONE ''Europe/Berlin'' gives days of Berlin. sent, failed, recovered and delivered count recipients as they stand now, so their sums are those of reporting.campaigns; attempts and retried count calls.';
comment on column reporting.daily_sends.day is 'The day, in the session''s time zone.';
comment on column reporting.daily_sends.channel is 'email or sms.';
comment on column reporting.daily_sends.sent is 'Recipients that are sent now, by the day on which the provider accepted their message.';
comment on column reporting.daily_sends.failed is 'Recipients that are failed now, by the day on which they were given up.';
comment on column reporting.daily_sends.attempts is 'Calls to the provider that ended on this day.';
comment on column reporting.daily_sends.retried is 'Of those calls, the ones whose recipient had been tried before, automatically or by a person.';
comment on column reporting.daily_sends.recovered is 'Of the sent ones, those whose last accepted attempt was not their first attempt (recovered_by_retry of reporting.campaigns).';
comment on column reporting.daily_sends.bounced is 'Recipients whose message came back, by the day of the first report.';
comment on column reporting.daily_sends.complained is 'Recipients who reported a message as spam, by the day of the first report.';
comment on column reporting.daily_sends.unsubscribed is 'Recipients who asked by a message not to get any more, by the day on which they did first.';
comment on column reporting.daily_sends.delivered is 'Recipients that are delivered now, by the day on which the message was delivered.';

create or replace view reporting.failure_reasons with (security_barrier) as
select r.campaign_id, c.channel::text, r.failure_code, coalesce(l.label, r.failure_code) as label, count(*) as recipients,
  min(r.failed_at) as first_at, max(r.failed_at) as last_at
from recipients r join campaigns c on c.id = r.campaign_id left join failure_labels l on l.code = r.failure_code
where r.listed_as = 'failed'
group by r.campaign_id, c.channel, r.failure_code, l.label;

comment on view reporting.failure_reasons is 'Why recipients failed: one row for each campaign and reason. Only those that are failed now count; who was reached by a retry does not.';
comment on column reporting.failure_reasons.campaign_id is 'The campaign: reporting.campaigns.id.';
comment on column reporting.failure_reasons.channel is 'email or sms.';
comment on column reporting.failure_reasons.failure_code is 'The reason, as a fixed word for programs.';
comment on column reporting.failure_reasons.label is 'The reason in words, as the pages show it.';
comment on column reporting.failure_reasons.recipients is 'Recipients that are failed for this reason now.';
comment on column reporting.failure_reasons.first_at is 'When the first of them failed.';
comment on column reporting.failure_reasons.last_at is 'When the last of them failed.';

create or replace view reporting.imports with (security_barrier=true) as
 select i.campaign_id, i.file_name, i.rows, i.accepted, i.duplicates, i.rejected, i.created_at, i.created_by from imports i;

comment on view reporting.imports is 'One row for each contact file that became part of a list.';
comment on column reporting.imports.campaign_id is 'The campaign: reporting.campaigns.id.';
comment on column reporting.imports.file_name is 'The name of the file; null where none was told.';
comment on column reporting.imports.rows is 'Rows in the file: the sum of accepted, duplicates and rejected.';
comment on column reporting.imports.accepted is 'Rows that became recipients.';
comment on column reporting.imports.duplicates is 'Rows whose address the list had already.';
comment on column reporting.imports.rejected is 'Rows without an address that could be read.';
comment on column reporting.imports.created_at is 'When it was imported.';
comment on column reporting.imports.created_by is 'Who imported it.';

create or replace view reporting.provider_events with (security_barrier=true) as
 select p.campaign_id, p.recipient_id, p.provider, p.kind, p.occurred_at, p.received_at, p.code, p.failure_code, p.reason
   from provider_events p where p.campaign_id is not null;

comment on view reporting.provider_events is 'What providers told about messages after they had taken them, once each, with codes and words: deliveries, bounces, complaints and wishes to leave.';
comment on column reporting.provider_events.campaign_id is 'The campaign: reporting.campaigns.id.';
comment on column reporting.provider_events.recipient_id is 'The recipient: reporting.recipients.recipient_id.';
comment on column reporting.provider_events.provider is 'sendgrid, twilio, or rollcall for its own unsubscribe links.';
comment on column reporting.provider_events.kind is 'processed, deferred, delivered, bounced, blocked, dropped, undelivered, complained, unsubscribed, resubscribed, stopped or started.';
comment on column reporting.provider_events.occurred_at is 'When it happened, as the provider says; whole seconds.';
comment on column reporting.provider_events.received_at is 'When Rollcall heard of it.';
comment on column reporting.provider_events.code is 'The providers own code, such as 5.1.1 or 30007; null where it gave none.';
comment on column reporting.provider_events.failure_code is 'The reason as a fixed word, where a text did not arrive.';
comment on column reporting.provider_events.reason is 'The words of the provider or the receiving server, without addresses.';

create or replace view reporting.recipients as
 SELECT r.campaign_id,
    r.id AS recipient_id,
    c.channel::text AS channel,
    r.address,
    r.status::text AS status,
    r.round,
    r.attempts,
    r.sent_at,
    r.failed_at,
    r.failure_code,
    r.failure_reason,
    r.delivery::text AS delivery,
    greatest(r.delivered_at, case when r.delivered_at is not null then r.sent_at end) as delivered_at,
    r.unsubscribed_at,
    r.variables,
    r.complained_at
   FROM recipients r
     JOIN campaigns c ON c.id = r.campaign_id;

comment on view reporting.recipients is 'One row for each recipient of each campaign, as it stands now. The same address has a row in every campaign that it is part of.';
comment on column reporting.recipients.campaign_id is 'The campaign: reporting.campaigns.id.';
comment on column reporting.recipients.recipient_id is 'The recipient''s number, unique over all campaigns.';
comment on column reporting.recipients.channel is 'email or sms.';
comment on column reporting.recipients.address is 'The email address in lower case, or the phone number as +15550100200 (E.164).';
comment on column reporting.recipients.status is 'pending or queued (waiting), sending, retrying, unknown, sent, failed, suppressed or cancelled; the counters of reporting.campaigns explain them.';
comment on column reporting.recipients.round is '0 at first; one more each time that a person asked to send to this recipient again.';
comment on column reporting.recipients.attempts is 'Attempts in this round, at most 4: one and three automatic retries. reporting.attempts has those of all rounds.';
comment on column reporting.recipients.sent_at is 'When the provider accepted the message; null if it has not.';
comment on column reporting.recipients.failed_at is 'When it was given up; null unless status is failed.';
comment on column reporting.recipients.failure_code is 'Why it failed, or while it is being retried why the last attempt did. reporting.failure_reasons has the words.';
comment on column reporting.recipients.failure_reason is 'The same in a sentence, with the provider''s own words where it gave any.';
comment on column reporting.recipients.delivery is 'What the provider told after it had accepted the message: deferred, delivered, bounced, undelivered or complained; null: nothing yet.';
comment on column reporting.recipients.delivered_at is 'When the message was delivered, never before sent_at; null if that was not told.';
comment on column reporting.recipients.unsubscribed_at is 'When they asked by this message not to get any more; null: they did not.';
comment on column reporting.recipients.variables is 'The columns of the contact file, as JSON.';
comment on column reporting.recipients.complained_at is 'When they reported a message of this campaign as spam, also one before the newest; null: they did not.';

create or replace view reporting.retry_recovery with (security_barrier) as
select a.campaign_id, c.channel::text, a.round, a.number, count(*) as attempted, count(*) filter (where a.outcome = 'accepted') as accepted
from attempt_order a join campaigns c on c.id = a.campaign_id
where a.is_retry
group by a.campaign_id, c.channel, a.round, a.number;

comment on view reporting.retry_recovery is 'How much each further attempt saved: one row for each campaign, round and number, over attempts whose recipient had been tried before. First attempts are not in it.';
comment on column reporting.retry_recovery.campaign_id is 'The campaign: reporting.campaigns.id.';
comment on column reporting.retry_recovery.channel is 'email or sms.';
comment on column reporting.retry_recovery.round is '0: automatic retries of the first send; 1 and more: rounds that a person asked for, counted for each recipient.';
comment on column reporting.retry_recovery.number is 'The attempt''s number in its round, 1 to 4. In round 0 the first automatic retry is number 2.';
comment on column reporting.retry_recovery.attempted is 'Further attempts with this round and number.';
comment on column reporting.retry_recovery.accepted is 'Of those, how many the provider accepted. Their sum may exceed recovered_by_retry where a carrier refused an accepted SMS later.';

create or replace view reporting.suppressions with (security_barrier=true) as
 select s.channel::text as channel, s.address, r.reason::text as reason, r.source, r.campaign_id, r.recipient_id, r.created_at, r.created_by
   from suppressions s join suppression_reasons r on r.suppression_id = s.id;

comment on view reporting.suppressions is 'Who is never sent to: one row for each address, reason and source. An address is sent to again once it has no row.';
comment on column reporting.suppressions.channel is 'email or sms.';
comment on column reporting.suppressions.address is 'The email address in lower case, or the phone number in E.164.';
comment on column reporting.suppressions.reason is 'manual, stop, unsubscribe, hard_bounce or complaint.';
comment on column reporting.suppressions.source is 'Who told it: person, import, link, sendgrid, twilio or sandbox.';
comment on column reporting.suppressions.campaign_id is 'The campaign whose message it followed; null where that is not known.';
comment on column reporting.suppressions.recipient_id is 'The recipient of that message; null where that is not known.';
comment on column reporting.suppressions.created_at is 'When it was written down.';
comment on column reporting.suppressions.created_by is 'Who put it there; null where no person did.';

-- Makes the role where this user may, and gives it the views. Say "select grant_reporting()" again after the role was made by hand.
create or replace function grant_reporting() returns text language plpgsql as $$
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

select grant_reporting();
