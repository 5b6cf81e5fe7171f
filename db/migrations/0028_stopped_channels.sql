-- Messages per second may be 0: a person stops a channel, at once and until they say otherwise. Its campaigns wait, and say why.
alter table provider_gates drop constraint provider_gates_rate_check, add constraint provider_gates_rate_check check (rate >= 0);
alter table campaigns drop constraint hold_has_reason, add constraint hold_has_reason check (hold_until is null or hold_reason is not null);

-- Why a channel's campaigns wait, and until when; a person's stop has no end that anybody knows.
create function provider_wait(of_channel channel, out until timestamptz, out reason text) language sql stable as $$
  select case when rate is distinct from 0 then hold_until end,
    case when rate is distinct from 0 then hold_reason when channel = 'email' then 'Email is stopped in the settings.' else 'SMS is stopped in the settings.' end
  from provider_gates where channel = of_channel
$$;

create function tell_campaigns(of_channel channel) returns void language sql as $$
  update campaigns c set
    hold_until = case when c.status = 'SENDING' then w.until end,
    hold_reason = case when c.status = 'SENDING' then w.reason end
  from provider_wait(of_channel) w
  where c.id in (
    select s.id from campaigns s
    where s.channel = of_channel and (s.status = 'SENDING' or s.hold_reason is not null)
      and (s.hold_until, s.hold_reason) is distinct from (case when s.status = 'SENDING' then w.until end, case when s.status = 'SENDING' then w.reason end)
    order by s.id for no key update)
$$;

-- Who starts or goes on while the channel waits says so, too.
create function campaign_waits() returns trigger language plpgsql as $$
begin
  new.hold_until := null;
  new.hold_reason := null;
  if new.status = 'SENDING' then
    select until, reason into new.hold_until, new.hold_reason from provider_wait(new.channel);
  end if;
  return new;
end $$;
create trigger campaign_waits before update on campaigns for each row when (old.status is distinct from new.status) execute function campaign_waits();

create or replace function campaign_hold_event() returns trigger language plpgsql as $$
begin
  if new.hold_reason is not null then
    insert into campaign_events (campaign_id, kind, details) values (new.id, 'held', jsonb_build_object('reason', new.hold_reason));
  elsif new.status = 'SENDING' and new.stop_code is null then
    insert into campaign_events (campaign_id, kind) values (new.id, 'released');
  end if;
  return null;
end $$;
drop trigger campaign_hold_event on campaigns;
create trigger campaign_hold_event after update on campaigns for each row
  when ((old.hold_reason is null) <> (new.hold_reason is null)) execute function campaign_hold_event();

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
  where c.id = campaign and g.hold_until is null and g.rate is distinct from 0 and ledger_may_send(0) and c.status = 'SENDING' and c.stop_code is null and c.rest_code is null;
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
