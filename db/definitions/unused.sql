-- What texts used and use no more is dropped here, in the transaction that brings the new ones: no statement meets one without the other.
-- May go when no installation is older than the migration that it names.

-- 0034
do $$ begin
  if exists (select from pg_attribute where attrelid = 'campaigns'::regclass and attname = 'moving' and not attisdropped) then
    alter table campaigns drop column moving, drop column rest_code, drop column rest_reason, drop column preparing, drop column emptying;
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
