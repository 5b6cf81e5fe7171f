-- Up Migration

-- Large lists: deleting a draft answers at once, and emptying one shows how far it is. A task removes the people in batches.

-- No foreign key, since a deleted draft's recipients outlive it for the seconds that their removal takes. That each belongs to a
-- campaign when it comes is asked below, once a statement instead of once a row: an eighth of the time of an import.
alter table recipients drop constraint recipients_campaign_id_fkey;

create or replace function recipients_inserted() returns trigger language plpgsql as $$
declare
  d record;
begin
  for d in
    select campaign_id, count(*)::integer as n,
      count(*) filter (where status = 'pending')::integer as pending, count(*) filter (where status = 'suppressed')::integer as suppressed
    from new_rows group by campaign_id order by campaign_id
  loop
    if d.n <> d.pending + d.suppressed then
      raise exception 'recipients start as pending or suppressed' using errcode = 'check_violation';
    end if;
    -- Waits for whoever is deleting the campaign, and keeps others from doing so until this transaction ends.
    if apply_recipient_changes(d.campaign_id, d.n, d.pending, 0, 0, 0, 0, 0, 0, 0, d.suppressed, 0, 0, 0) is null then
      raise exception 'there is no campaign %', d.campaign_id using errcode = 'foreign_key_violation';
    end if;
  end loop;
  return null;
end $$;

-- As many as the file has rows; they go with the recipients. Only an import writes them, in the transaction that makes its own row.
alter table import_rejects drop constraint import_rejects_import_id_fkey;

-- preparing: the list is being copied, or else emptied; of so many people. Nothing but that task touches the list meanwhile.
alter table campaigns add column emptying boolean not null default false;
alter table campaigns add column preparing_of integer;
alter table campaigns add constraint emptying_is_preparing check (preparing or not emptying);
alter table campaigns add constraint preparing_has_size check (preparing or preparing_of is null);

comment on column reporting.campaigns.preparing is 'True while a long list is still being copied from another campaign, or removed.';

insert into graphile_worker._private_tasks (identifier) values ('remove_list') on conflict do nothing;
