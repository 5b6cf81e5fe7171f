set local lock_timeout = '500ms';

-- Who made, changed, imported into or scheduled a campaign before editors were kept approves it neither: the audit log tells who it was. A key is its
-- owner, and whose campaign another one is a copy of has had a hand in that, too.
insert into campaign_editors (campaign_id, person)
with recursive acts as (
  select object_id, actor_id from audit_log
  where object_type = 'campaign' and outcome = 'done' and action in
    ('campaign.create', 'campaign.change', 'campaign.clone', 'campaign.schedule', 'recipient.import', 'recipient.remove')
  union
  select entry ->> 'object_id', entry ->> 'actor_id' from audit_gathered
  where entry ->> 'object_type' = 'campaign' and entry ->> 'action' = 'campaign.change'
),
hands as (
  select c.id, coalesce(k.owner_id::text, a.actor_id) as person
  from acts a join campaigns c on c.id::text = a.object_id left join api_keys k on 'key:' || k.id = a.actor_id
  where a.actor_id is not null
  union
  select c.id, h.person from hands h join campaigns c on c.cloned_from = h.id
)
select id, person from hands
on conflict do nothing;
