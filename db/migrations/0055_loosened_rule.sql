set local lock_timeout = '500ms';

-- Administrators are told where fewer campaigns wait for somebody else than before.
do $$
declare
  former text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'alerts_type_check');
begin
  alter table alerts drop constraint alerts_type_check;
  execute 'alter table alerts add constraint alerts_type_check ' || replace(former, '])', ', ''approval.loosened''::text])');
end $$;
