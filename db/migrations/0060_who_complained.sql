-- Up Migration

set local lock_timeout = '500ms';

-- Who left by a second campaign's link, when their address was on the list already, was counted by it and is in no log: reports and the list of
-- those who left go by that.
insert into provider_events (provider, event_id, campaign_id, recipient_id, kind, occurred_at)
select 'rollcall', 'unsubscribe:kept:' || r.id, r.campaign_id, r.id, 'unsubscribed', r.unsubscribed_at
from campaigns c join recipients r on r.campaign_id = c.id
where c.unsubscribed > (
    select count(distinct e.recipient_id) from provider_events e
    where e.campaign_id = c.id and e.kind in ('unsubscribed', 'stopped')
      and e.kind in ('bounced', 'blocked', 'dropped', 'undelivered', 'complained', 'unsubscribed', 'stopped'))
  and r.unsubscribed_at is not null
  and not exists (
    select from provider_events e
    where e.campaign_id = r.campaign_id and e.recipient_id = r.id and e.kind in ('unsubscribed', 'stopped')
      and e.kind in ('bounced', 'blocked', 'dropped', 'undelivered', 'complained', 'unsubscribed', 'stopped'))
on conflict (provider, event_id) do nothing;

-- Who reported a message of this campaign as spam, whichever of those that they got; what is told of a newer one does not undo that.
alter table recipients add column complained_at timestamptz;

update recipients r set complained_at = e.at
from (
  select campaign_id, recipient_id, min(occurred_at) as at from provider_events
  where kind = 'complained' and kind in ('bounced', 'blocked', 'dropped', 'undelivered', 'complained', 'unsubscribed', 'stopped')
    and recipient_id is not null
  group by 1, 2
) e
where r.campaign_id = e.campaign_id and r.id = e.recipient_id;

update campaigns c set complained = c.complained + missed.n
from (
  select r.campaign_id, count(*)::integer as n
  from (
    select distinct campaign_id, recipient_id from provider_events
    where kind = 'complained' and kind in ('bounced', 'blocked', 'dropped', 'undelivered', 'complained', 'unsubscribed', 'stopped')
      and recipient_id is not null
  ) e join recipients r on r.campaign_id = e.campaign_id and r.id = e.recipient_id
  where r.delivery is distinct from 'complained'
  group by 1
) missed
where c.id = missed.campaign_id;
