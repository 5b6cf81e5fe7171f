-- What texts used and use no more is dropped here, and data is brought to the shape that the new ones go by, in the transaction that brings them: no
-- statement meets one without the other.
-- May go when no installation is older than the migration that it names.

-- 0034
do $$ begin
  if exists (select from pg_attribute where attrelid = 'campaigns'::regclass and attname = 'moving' and not attisdropped) then
    alter table campaigns disable trigger user;
    -- Only open campaigns and lists in work are written: it takes no longer with a million others.
    update campaigns set
      doing = case
        when status = 'DRAFT' then case when emptying then 'emptying' else 'copying' end
        when stop_code is not null then 'stopping'
        when rest_code is not null then 'singles'
        when retry_codes is not null and reopened_from is null then 'gathering'
        when status = 'SENDING' then 'sending'
        else 'nothing'
      end::campaign_doing,
      stop_code = coalesce(stop_code, rest_code),
      stop_reason = case
        when stop_code is not null then coalesce(stop_reason, 'It was stopped.')
        when rest_code is not null then coalesce(rest_reason, 'It was stopped.')
      end,
      retry_codes = case when stop_code is null and rest_code is null and reopened_from is null then retry_codes end
    where status in ('SENDING', 'PAUSED') or (status = 'DRAFT' and preparing);

    -- What a cancel, or an end, left behind.
    update campaigns set stop_code = null, stop_reason = null, retry_codes = null, reopened_from = null, reopened_finished_at = null,
      reopened_failed_at = null
    where status not in ('SENDING', 'PAUSED')
      and (stop_code is not null or stop_reason is not null or retry_codes is not null or reopened_from is not null);
    update campaigns set preparing_of = null where doing not in ('copying', 'emptying') and preparing_of is not null;
    update campaigns set hold_until = null, hold_reason = null
    where (hold_until is not null or hold_reason is not null) and (status <> 'SENDING' or hold_reason is null);
    update campaigns set doubtful = false where doubtful and status not in ('SENDING', 'PAUSED', 'CANCELLED');

    alter table campaigns
      drop constraint stop_has_reason,
      drop constraint hold_has_reason,
      drop constraint preparing_has_size,
      drop constraint emptying_is_preparing,
      add constraint doing_of_status check (case status
        when 'DRAFT' then doing in ('nothing', 'copying', 'emptying')
        when 'SENDING' then doing in ('sending', 'gathering', 'stopping', 'singles')
        when 'PAUSED' then doing in ('nothing', 'gathering', 'stopping', 'singles')
        else doing = 'nothing'
      end),
      add constraint stop_has_reason check (
        (doing in ('stopping', 'singles')) = (stop_code is not null) and (stop_code is null) = (stop_reason is null)),
      add constraint gathering_has_codes check ((doing = 'gathering') = (retry_codes is not null)),
      add constraint list_in_work_has_size check (preparing_of is null or doing in ('copying', 'emptying')),
      add constraint reopened_is_open check (case
        when reopened_from is null then reopened_finished_at is null and reopened_failed_at is null
        else status in ('SENDING', 'PAUSED') and doing <> 'gathering'
          and reopened_from in ('SENT', 'PARTIALLY_SENT', 'FAILED', 'CANCELLED')
      end),
      add constraint held_is_sending check (case when hold_reason is null then hold_until is null else status = 'SENDING' end),
      add constraint doubtful_is_open check (not doubtful or status in ('SENDING', 'PAUSED', 'CANCELLED'));
    alter table campaigns drop column moving, drop column rest_code, drop column rest_reason, drop column preparing, drop column emptying;
    alter table campaigns enable trigger user;
    comment on constraint doing_of_status on campaigns is 'What each status may be doing; the same table in code is db/ledger/campaign-transitions.ts.';
    comment on constraint stop_has_reason on campaigns is 'Nobody new is sent to for a reason, and there is a reason only then.';
    comment on constraint gathering_has_codes on campaigns is 'A retry round knows whom it gathers, and knows it no longer when all are gathered.';
    comment on constraint list_in_work_has_size on campaigns is 'How long the list was, or will be, is kept while it is in work.';
    comment on constraint reopened_is_open on campaigns is 'How it had ended is kept while it is open again, and a retry round is for all.';
    comment on constraint held_is_sending on campaigns is 'Only who sends waits for its provider, and for a reason.';
    comment on constraint doubtful_is_open on campaigns is 'Only in a campaign that had not ended may somebody still have been sent to after the backup.';
  end if;
end $$;
drop function if exists campaign_transition_allowed(campaign_status, campaign_status);
drop function if exists finish_move(bigint);

-- 0035
drop function if exists dispatch_recipients(bigint, integer, integer, double precision, double precision);
do $$ begin
  if exists (select from pg_attribute where attrelid = 'campaigns'::regclass and attname = 'dispatch_after' and not attisdropped) then
    alter table campaigns drop column dispatch_after, drop column dispatch_below;
  end if;
end $$;

-- 0054
drop function if exists role_of(text);
