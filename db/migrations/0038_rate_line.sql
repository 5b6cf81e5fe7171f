set local lock_timeout = '500ms';

-- Who has a job of their own and found no slot of the shared rate: the chunks of their campaign take them along, before first sends, so that a campaign
-- with many of them gets no more turns than another.
create table rate_line (
  campaign_id bigint not null,
  recipient_id bigint not null,
  dispatch_seq integer not null,
  primary key (campaign_id, recipient_id)
);

-- Jobs had taken slots, hours ahead where they were many: these come now, and the slots are free.
update provider_gates set slot_at = least(slot_at, now());
update graphile_worker._private_jobs j set run_at = least(run_at, now()), payload = (j.payload::jsonb - 'slot' - 'slots')::json
from graphile_worker._private_tasks t
where t.id = j.task_id and t.identifier in ('send_email', 'send_sms', 'send_email_chunk', 'send_sms_chunk') and j.locked_at is null
  and (j.payload::jsonb ? 'slot' or j.payload::jsonb ? 'slots');
