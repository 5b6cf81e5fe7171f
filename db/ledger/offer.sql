-- The jobs of first sends, and the time of retries.

-- Asks for the chunks of a campaign's first sends: one job for each worker, by a key, so that one that waits is brought forward and none is doubled.
create or replace function request_chunks(campaign bigint) returns bigint language sql as $$
  select count(graphile_worker.add_job('send_' || c.channel || '_chunk', json_build_object('campaign_id', c.id, 'place', place),
    job_key => 'chunk:' || c.id || ':' || place))
  from campaigns c, generate_series(1, greatest(1, least(16, (select count(*) from workers where ended_at is null)))) as place
  where c.id = campaign
$$;

-- A campaign goes on that waited: paused, for its provider, or for a person's word after a restored backup. Single people whom it was open for have been
-- kept apart meanwhile; a task offers them again.
create or replace function go_on(campaign bigint) returns void language plpgsql as $$
begin
  perform request_chunks(campaign);
  perform graphile_worker.add_job('move_recipients', json_build_object('campaign_id', c.id), priority => -20)
  from campaigns c where c.id = campaign and c.status = 'SENDING' and c.doing = 'singles' and c.queued > 0;
end $$;

-- The chunks of a campaign have nobody to claim: they end, and who comes from here on asks again. False where there is somebody after all; asked
-- under the campaign's lock, so that nobody falls in between.
create or replace function end_chunks(campaign bigint) returns boolean language plpgsql as $$
declare
  c campaigns;
begin
  select * into c from campaigns where id = campaign for no key update;
  if exists (select from rate_line where campaign_id = campaign)
    or (campaign_sends(c) and c.pending > 0 and exists (select from provider_gates where channel = c.channel and hold_until is null and rate is distinct from 0)
      and ledger_may_send(0)) then
    return false;
  end if;
  update campaigns set dispatch_requested = false where id = campaign and dispatch_requested;
  return true;
end $$;

-- Who found no slot of the shared rate waits in the line of their campaign: see db/ledger/rate-line.ts. Its chunks are asked for under the campaign's
-- lock, as end_chunks ends them.
create or replace function join_line(of_campaigns bigint[], whom bigint[], seqs integer[]) returns void language plpgsql as $$
declare
  c record;
begin
  insert into rate_line as l (campaign_id, recipient_id, dispatch_seq)
  select r.campaign_id, r.id, r.dispatch_seq
  from unnest(of_campaigns, whom, seqs) as w (campaign_id, id, dispatch_seq)
  join recipients r on r.campaign_id = w.campaign_id and r.id = w.id and r.dispatch_seq = w.dispatch_seq
  join campaigns of on of.id = r.campaign_id
  where r.status in ('queued', 'retrying') and of.status in ('SENDING', 'PAUSED')
  order by r.campaign_id, r.id
  on conflict (campaign_id, recipient_id) do update set dispatch_seq = excluded.dispatch_seq where l.dispatch_seq < excluded.dispatch_seq;
  for c in select id, dispatch_requested from campaigns where id = any (of_campaigns) order by id for no key update loop
    if not c.dispatch_requested and exists (select from rate_line where campaign_id = c.id) then
      update campaigns set dispatch_requested = true where id = c.id;
      perform request_chunks(c.id);
    end if;
  end loop;
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
