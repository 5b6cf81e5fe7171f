-- What a campaign is doing is one word beside its status, in the place of nine flags. Here is only its column: what it says of the campaigns that there
-- are, the CHECKs and the end of the flags come in one transaction with the texts that go by it (db/definitions/unused.sql), so that until then
-- nothing is refused to a process of the version before.
set local lock_timeout = '500ms';

create type campaign_doing as enum ('nothing', 'copying', 'emptying', 'sending', 'gathering', 'stopping', 'singles');
alter table campaigns add column doing campaign_doing not null default 'nothing';

comment on column campaigns.doing is 'What it is doing, beside its status: nothing; copying or emptying its list (a draft); sending to everybody pending; gathering (a task makes those pending whom a retry round sends to again); stopping for stop_reason; sending to singles alone, in a campaign that had ended before it had tried everybody.';
comment on column campaigns.stop_code is 'Why nobody new is sent to: what stopped it now, or (singles) what had stopped it when it ended.';
comment on column campaigns.retry_codes is 'For which failures a retry round sends again, while those who failed for them are still gathered.';
comment on column campaigns.reopened_from is 'How it had ended, with reopened_finished_at and reopened_failed_at, while it is open again for people that somebody chose.';
