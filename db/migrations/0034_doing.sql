-- What a campaign is doing is one word beside its status, in the place of nine flags. Flags that are needed no more are dropped with the texts
-- that used them (db/definitions/unused.sql). Only open campaigns and lists in work are written: it takes no longer with a million others.
set local lock_timeout = '500ms';

create type campaign_doing as enum ('nothing', 'copying', 'emptying', 'sending', 'gathering', 'stopping', 'singles');
alter table campaigns disable trigger user;
alter table campaigns add column doing campaign_doing not null default 'nothing';

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
alter table campaigns enable trigger user;

comment on column campaigns.doing is 'What it is doing, beside its status: nothing; copying or emptying its list (a draft); sending to everybody pending; gathering (a task makes those pending whom a retry round sends to again); stopping for stop_reason; sending to singles alone, in a campaign that had ended before it had tried everybody.';
comment on column campaigns.stop_code is 'Why nobody new is sent to: what stopped it now, or (singles) what had stopped it when it ended.';
comment on column campaigns.retry_codes is 'For which failures a retry round sends again, while those who failed for them are still gathered.';
comment on column campaigns.reopened_from is 'How it had ended, with reopened_finished_at and reopened_failed_at, while it is open again for people that somebody chose.';
comment on constraint doing_of_status on campaigns is 'What each status may be doing; the same table in code is db/ledger/campaign-transitions.ts.';
comment on constraint stop_has_reason on campaigns is 'Nobody new is sent to for a reason, and there is a reason only then.';
comment on constraint gathering_has_codes on campaigns is 'A retry round knows whom it gathers, and knows it no longer when all are gathered.';
comment on constraint list_in_work_has_size on campaigns is 'How long the list was, or will be, is kept while it is in work.';
comment on constraint reopened_is_open on campaigns is 'How it had ended is kept while it is open again, and a retry round is for all.';
comment on constraint held_is_sending on campaigns is 'Only who sends waits for its provider, and for a reason.';
comment on constraint doubtful_is_open on campaigns is 'Only in a campaign that had not ended may somebody still have been sent to after the backup.';
