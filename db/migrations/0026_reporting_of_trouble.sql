-- Up Migration

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
    preparing,
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
    r.variables
   FROM recipients r
     JOIN campaigns c ON c.id = r.campaign_id;

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
    sum(unsubscribed) AS unsubscribed
   FROM ( SELECT c.channel,
            q.quarter,
            q.sent,
            q.failed,
            q.attempts,
            q.retried,
            q.recovered,
            0 AS bounced,
            0 AS complained,
            0 AS unsubscribed
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
            0 AS bounced,
            0 AS complained,
            0 AS unsubscribed
           FROM campaigns c
             JOIN campaign_quarters_now q ON q.campaign_id = c.id
          WHERE NOT (EXISTS ( SELECT
                   FROM campaign_quarters k
                  WHERE k.campaign_id = c.id AND k.ledger_version = c.ledger_version))
        UNION ALL
         SELECT c.channel, e.at, 0, 0, 0, 0, 0, (e.what = 'bounced')::integer, (e.what = 'complained')::integer, (e.what = 'unsubscribed')::integer
           FROM ( SELECT p.campaign_id, p.recipient_id,
                    case when p.kind in ('bounced', 'blocked') then 'bounced' when p.kind in ('unsubscribed', 'stopped') then 'unsubscribed' else 'complained' end as what,
                    min(p.occurred_at) as at
                   FROM provider_events p
                  WHERE p.kind in ('bounced', 'blocked', 'dropped', 'undelivered', 'complained', 'unsubscribed', 'stopped')
                    and p.kind in ('bounced', 'blocked', 'complained', 'unsubscribed', 'stopped') and p.recipient_id is not null
                  GROUP BY 1, 2, 3) e
             JOIN campaigns c ON c.id = e.campaign_id) parts
  GROUP BY (quarter::date), (channel::text);


create view reporting.suppressions with (security_barrier=true) as
 select s.channel::text as channel, s.address, r.reason::text as reason, r.source, r.campaign_id, r.recipient_id, r.created_at, r.created_by
   from suppressions s join suppression_reasons r on r.suppression_id = s.id;
create view reporting.provider_events with (security_barrier=true) as
 select p.campaign_id, p.recipient_id, p.provider, p.kind, p.occurred_at, p.received_at, p.code, p.failure_code, p.reason
   from provider_events p where p.campaign_id is not null;
create view reporting.imports with (security_barrier=true) as
 select i.campaign_id, i.file_name, i.rows, i.accepted, i.duplicates, i.rejected, i.created_at, i.created_by from imports i;
create view reporting.campaign_events with (security_barrier=true) as
 select e.campaign_id, e.recipient_id, e.at, e.kind, e.actor, e.details from campaign_events e;

comment on column reporting.campaigns.unsubscribed is 'Recipients who asked by a message of this campaign not to get any more.';
comment on column reporting.campaigns.complained is 'Recipients who reported a message of this campaign as spam.';
comment on column reporting.campaigns.subject is 'The subject line, as written, with its variables; null for texts.';
comment on column reporting.campaigns.sender is 'The sender of its messages; null: the one of the installation.';
comment on column reporting.campaigns.started_by is 'Who started sending; null where a schedule did.';
comment on column reporting.recipients.delivered_at is 'When the message was delivered, never before sent_at; null if that was not told.';
comment on column reporting.recipients.unsubscribed_at is 'When they asked by this message not to get any more; null: they did not.';
comment on column reporting.recipients.variables is 'The columns of the contact file, as JSON.';
comment on column reporting.attempts.address is 'What this attempt was sent to, which may have been corrected since; null where that is not known any more.';
comment on column reporting.daily_sends.bounced is 'Recipients whose message came back, by the day of the first report.';
comment on column reporting.daily_sends.complained is 'Recipients who reported a message as spam, by the day of the first report.';
comment on column reporting.daily_sends.unsubscribed is 'Recipients who asked by a message not to get any more, by the day on which they did first.';
comment on view reporting.suppressions is 'Who is never sent to: one row for each address, reason and source. An address is sent to again once it has no row.';
comment on column reporting.suppressions.channel is 'email or sms.';
comment on column reporting.suppressions.address is 'The email address in lower case, or the phone number in E.164.';
comment on column reporting.suppressions.reason is 'manual, stop, unsubscribe, hard_bounce or complaint.';
comment on column reporting.suppressions.source is 'Who told it: person, import, link, sendgrid, twilio or sandbox.';
comment on column reporting.suppressions.campaign_id is 'The campaign whose message it followed; null where that is not known.';
comment on column reporting.suppressions.recipient_id is 'The recipient of that message; null where that is not known.';
comment on column reporting.suppressions.created_at is 'When it was written down.';
comment on column reporting.suppressions.created_by is 'Who put it there; null where no person did.';
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
comment on view reporting.imports is 'One row for each contact file that became part of a list.';
comment on column reporting.imports.campaign_id is 'The campaign: reporting.campaigns.id.';
comment on column reporting.imports.file_name is 'The name of the file; null where none was told.';
comment on column reporting.imports.rows is 'Rows in the file: the sum of accepted, duplicates and rejected.';
comment on column reporting.imports.accepted is 'Rows that became recipients.';
comment on column reporting.imports.duplicates is 'Rows whose address the list had already.';
comment on column reporting.imports.rejected is 'Rows without an address that could be read.';
comment on column reporting.imports.created_at is 'When it was imported.';
comment on column reporting.imports.created_by is 'Who imported it.';
comment on view reporting.campaign_events is 'What happened to a campaign and who did it: scheduled, started, paused, resumed, held, released, retried, ended and more.';
comment on column reporting.campaign_events.campaign_id is 'The campaign: reporting.campaigns.id.';
comment on column reporting.campaign_events.recipient_id is 'The recipient, for what was done for one alone; else null.';
comment on column reporting.campaign_events.at is 'When it happened.';
comment on column reporting.campaign_events.kind is 'What happened, as a fixed word; the API lists them.';
comment on column reporting.campaign_events.actor is 'Who did it: a persons name or an API keys; null where Rollcall did by itself.';
comment on column reporting.campaign_events.details is 'More about it as JSON, such as the reason or the numbers of that moment.';
select grant_reporting();
