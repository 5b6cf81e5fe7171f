-- Up Migration

-- Several reasons may stand for one address, and each source lifts only its own. A claim still looks at one row of suppressions.
create table suppression_reasons (
  suppression_id bigint not null references suppressions (id),
  reason suppression_reason not null,
  source text not null check (source in ('person', 'import', 'link', 'sendgrid', 'twilio', 'sandbox')),
  campaign_id bigint,
  recipient_id bigint,
  -- When it happened, by the clock of whoever told; created_at is when it was written down.
  suppressed_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  created_by text,
  primary key (suppression_id, reason, source)
);
create index suppression_reasons_by_reason on suppression_reasons (reason, suppression_id);
-- The few that the sandbox told are taken off when a real provider comes.
create index suppression_reasons_of_sandbox on suppression_reasons (suppression_id) where source = 'sandbox';

-- Readers go on; nobody adds a row that would be left behind.
lock table suppressions in share row exclusive mode;
insert into suppression_reasons (suppression_id, reason, source, campaign_id, recipient_id, suppressed_at, created_at, created_by)
select s.id, s.reason,
  case
    when s.created_by is not null then 'person'
    when s.reason = 'stop' then 'twilio'
    when s.reason in ('hard_bounce', 'complaint') then 'sendgrid'
    when s.reason = 'unsubscribe' and exists (select from provider_events e
      where e.recipient_id = s.recipient_id and e.provider = 'rollcall' and e.kind = 'unsubscribed') then 'link'
    when s.reason = 'unsubscribe' then 'sendgrid'
    else 'person'
  end,
  s.campaign_id, s.recipient_id, s.suppressed_at, s.created_at, s.created_by
from suppressions s;

drop index suppressions_by_reason;
alter table suppressions drop column reason, drop column campaign_id, drop column recipient_id, drop column suppressed_at,
  drop column created_by;

-- What a recipient's attempts were sent to before their address was corrected: the rounds up to this one. So each attempt and each link knows
-- its address, at no cost to those that were never corrected, and an address can be erased although the log of attempts is final.
create table former_addresses (
  recipient_id bigint not null,
  round smallint not null,
  campaign_id bigint not null references campaigns (id) on delete cascade,
  -- null: corrected before former addresses were kept.
  address text collate "C",
  primary key (recipient_id, round)
);
create index former_addresses_by_address on former_addresses (address, recipient_id) where address is not null;
create index former_addresses_of_campaign on former_addresses (campaign_id);

insert into former_addresses (recipient_id, round, campaign_id, address)
select e.recipient_id, coalesce(max(a.round), 0), e.campaign_id, null
from campaign_events e
left join attempts a on a.recipient_id = e.recipient_id and a.started_at < e.at
where e.kind = 'recipient_retried' and e.details ->> 'corrected' = 'true' and e.recipient_id is not null
group by e.id, e.recipient_id, e.campaign_id
on conflict do nothing;

-- Text messages that ask for nothing that Rollcall understands, for a person to look at.
create table inbound_messages (
  id bigint generated always as identity primary key,
  provider text not null,
  message_id text not null,
  sender text collate "C" not null check (length(sender) between 1 and 50),
  recipient text,
  body text not null check (length(body) <= 1600),
  received_at timestamptz not null default now(),
  campaign_id bigint,
  recipient_id bigint,
  unique (provider, message_id)
);
create index inbound_messages_of_sender on inbound_messages (sender, id);
