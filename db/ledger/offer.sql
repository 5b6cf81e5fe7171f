-- The jobs of first sends, and the time of retries.

-- Asks for the chunks of a campaign's first sends: one job for each worker, by a key, so that one that waits is brought forward and none is doubled.
create or replace function request_chunks(campaign bigint) returns bigint language sql as $$
  select count(graphile_worker.add_job('send_' || c.channel || '_chunk', json_build_object('campaign_id', c.id, 'place', place),
    job_key => 'chunk:' || c.id || ':' || place))
  from campaigns c, generate_series(1, greatest(1, least(16, (select count(*) from workers where ended_at is null)))) as place
  where c.id = campaign
$$;

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
