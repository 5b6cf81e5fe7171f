-- Up Migration

-- Three updates bring a recipient from pending to sent, and each wrote an entry into every index, since `status` is in one. Lists go by this
-- column instead. It does not change while somebody is queued and sent to, so that those updates touch no index at all (HOT), as long as
-- a new version has room on its page: a claim or a top-up renews every row of a page at once.
alter table recipients
  add column listed_as recipient_status not null
    generated always as (case when status in ('queued', 'sending') then 'pending' else status end) stored,
  set (fillfactor = 50);
create index recipients_by_list on recipients (campaign_id, listed_as, id);
drop index recipients_by_status;
-- Claims without an outcome are found among those that are not done with.
drop index recipients_in_flight;
-- People are looked for in one campaign after the other; see db/queries/find-people.ts.
drop index recipients_by_address;

-- What reports find by status goes by the list, too.
create or replace view campaign_quarters_now as
select c.id as campaign_id, counted.quarter, c.ledger_version, counted.sent, counted.failed, counted.attempts, counted.retried, counted.recovered
from campaigns c cross join lateral (
  with tries as materialized (
    select recipient_id, finished_at, outcome, row_number() over (partition by recipient_id order by id) > 1 as is_retry
    from attempts where campaign_id = c.id
  ),
  parts as (
    select sent_at as at, 1 as sent, 0 as failed, 0 as attempts, 0 as retried, 0 as recovered
    from recipients where campaign_id = c.id and listed_as = 'sent'
    union all
    select failed_at, 0, 1, 0, 0, 0 from recipients where campaign_id = c.id and listed_as = 'failed'
    union all
    select finished_at, 0, 0, 1, is_retry::integer, 0 from tries
    union all
    select r.sent_at, 0, 0, 0, 0, 1
    from recipients r join (select distinct recipient_id from tries where is_retry and outcome = 'accepted') t on t.recipient_id = r.id
    where r.campaign_id = c.id and r.listed_as = 'sent'
  )
  select date_bin('15 minutes', at, '2000-01-01 00:00:00+00') as quarter, sum(sent)::integer as sent, sum(failed)::integer as failed,
    sum(attempts)::integer as attempts, sum(retried)::integer as retried, sum(recovered)::integer as recovered
  from parts group by 1 offset 0
) as counted
where c.started_at is not null;

create or replace view reporting.failure_reasons with (security_barrier) as
select r.campaign_id, c.channel::text, r.failure_code, coalesce(l.label, r.failure_code) as label, count(*) as recipients,
  min(r.failed_at) as first_at, max(r.failed_at) as last_at
from recipients r join campaigns c on c.id = r.campaign_id left join failure_labels l on l.code = r.failure_code
where r.listed_as = 'failed'
group by r.campaign_id, c.channel, r.failure_code, l.label;

-- Attempts are written by statements that hold their recipients' locks. That nobody with attempts is deleted is asked once a statement.
alter table attempts drop constraint attempts_campaign_id_recipient_id_fkey;
create or replace function recipients_deleted() returns trigger language plpgsql as $$
declare
  d record;
begin
  for d in
    select campaign_id, -count(*)::integer as n, bool_or(attempt_id is not null) as attempted,
      -count(*) filter (where status = 'pending')::integer as pending, -count(*) filter (where status = 'suppressed')::integer as suppressed
    from old_rows group by campaign_id order by campaign_id
  loop
    if d.attempted then
      raise exception 'recipients with attempts are never deleted' using errcode = 'restrict_violation';
    end if;
    perform apply_recipient_changes(d.campaign_id, d.n, d.pending, 0, 0, 0, 0, 0, 0, 0, d.suppressed, 0, 0, 0);
  end loop;
  return null;
end $$;

-- Tops up one campaign's window of send jobs; see db/queries/dispatch-recipients.ts. A function, because whoever claims and records meanwhile
-- waits for the campaign's row from the end of its first statement to its commit, and must not wait for a client between the two.
create function dispatch_recipients(campaign bigint, smallest_window integer, job_window integer, email_rate float8, sms_rate float8,
  out queued integer, out more boolean) language plpgsql as $$
declare
  share record;
  wanted integer;
  last bigint;
begin
  select 'send_' || c.channel as task, c.queued, c.dispatch_after,
    ceil(greatest(least(smallest_window, two_seconds.messages),
      least(job_window, two_seconds.messages) / (select count(*) from campaigns where status = 'SENDING')))::integer as size
  into share
  from campaigns c join provider_gates g on g.channel = c.channel,
    lateral (select greatest(10, 2 * coalesce(g.rate, case c.channel when 'email' then email_rate else sms_rate end, 'infinity')) as messages) as two_seconds
  where c.id = campaign and g.hold_until is null and c.status = 'SENDING' and c.stop_code is null and c.rest_code is null;
  if not found then
    queued := 0;
    more := false;
    return;
  end if;
  wanted := greatest(share.size - share.queued, 0);

  -- A crash that forgets this forgets the jobs, too: they are dispatched again.
  perform set_config('synchronous_commit', 'off', true);
  with picked as (
    select r.id, r.ctid from recipients r
    where r.campaign_id = campaign and r.listed_as = 'pending' and r.status = 'pending' and r.id > share.dispatch_after
      and (select c.status = 'SENDING' and c.stop_code is null and c.rest_code is null from campaigns c where c.id = campaign)
    order by r.id limit wanted for update of r skip locked
  ),
  moved as (
    update recipients r set status = 'queued', dispatch_seq = r.dispatch_seq + 1, changed_at = now()
    from picked where r.ctid = picked.ctid
    returning r.id, r.dispatch_seq
  ),
  jobs as (
    select graphile_worker.add_jobs((
      select array_agg((
        share.task, json_build_object('campaign_id', campaign, 'recipient_id', id, 'dispatch_seq', dispatch_seq),
        null, null, 4, null, 0, null)::graphile_worker.job_spec order by id)
      from moved))
    where exists (select from moved)
  )
  select count(*)::integer, (select max(id) from picked) into queued, last from jobs;

  -- Asked under the row's lock, after every statement that was before it: somebody who became pending after that one's snapshot is seen
  -- here, and somebody who becomes pending later finds the flag down and asks again. At the end of the list it begins again with those who
  -- became pending behind it.
  update campaigns c set
    dispatch_below = ceil(share.size / 2.0)::integer,
    dispatch_after = case when dispatch_recipients.queued < wanted then 0 else coalesce(last, share.dispatch_after) end,
    dispatch_requested = c.status = 'SENDING' and c.stop_code is null and c.rest_code is null and c.pending > 0
      and c.queued < ceil(share.size / 2.0)
  where c.id = campaign returning c.dispatch_requested into more;
end $$;
