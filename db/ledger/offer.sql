-- Jobs of first sends, and the time of retries.

-- As before, and a stopped channel queues nothing.
create or replace function dispatch_recipients(campaign bigint, smallest_window integer, job_window integer, email_rate double precision, sms_rate double precision, OUT queued integer, OUT more boolean) returns record language plpgsql as $$
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
  where c.id = campaign and g.hold_until is null and g.rate is distinct from 0 and ledger_may_send(0) and campaign_sends(c);
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
      and (select campaign_sends(c) from campaigns c where c.id = campaign)
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
    dispatch_requested = campaign_sends(c) and c.pending > 0
      and c.queued < ceil(share.size / 2.0)
  where c.id = campaign returning c.dispatch_requested into more;
end $$;

-- Retry times: Graphile's own delay is e^n seconds; the product promises 2, 4, 8 s or Retry-After. See docs/decisions.
-- Whatever goes wrong in here must not stop Graphile from releasing the job: then its own delay holds.
create or replace function retry_on_time() returns trigger language plpgsql as $$
declare
  due timestamptz;
begin
  if exists (select from graphile_worker._private_tasks where id = new.task_id and identifier in ('send_email', 'send_sms')) then
    select next_attempt_at into due from recipients
    where campaign_id = (new.payload ->> 'campaign_id')::bigint and id = (new.payload ->> 'recipient_id')::bigint
      and dispatch_seq = (new.payload ->> 'dispatch_seq')::integer and status = 'retrying';
    if due is not null then
      new.run_at := due;
      new.priority := -10;
    end if;
  end if;
  return new;
exception when others then
  return new;
end $$;

create or replace trigger rollcall_retry_on_time before update on graphile_worker._private_jobs for each row
  when (old.locked_at is not null and new.locked_at is null) execute function retry_on_time();
