-- Up Migration

-- A campaign that has ended is opened again only where a person's transaction says so: a dispatch that a cancel overtook queues, too.
CREATE OR REPLACE FUNCTION apply_recipient_changes(campaign bigint, d_total integer, d_pending integer, d_queued integer, d_sending integer, d_retrying integer, d_unknown integer, d_held integer, d_sent integer, d_failed integer, d_suppressed integer, d_cancelled integer, d_delivered integer, d_bounced integer, d_unsubscribed integer, d_complained integer)
 RETURNS bigint
 LANGUAGE plpgsql
AS $$
declare
  c campaigns;
  result campaign_status;
begin
  -- A late change of a single recipient (a carrier's refusal, a person's decision) may change how an ended campaign ended.
  if d_sent <> 0 or d_suppressed <> 0 or d_queued > 0 then
    select * into c from campaigns where id = campaign for no key update;
    -- A person sends to somebody again in a campaign that has ended: it is open for them alone, and ends again when and how it had ended. Only
    -- where the transaction says so: a dispatch that was under way while the campaign was cancelled queues, too, and opens nothing.
    if d_queued > 0 and current_setting('rollcall.reopen', true) = 'yes' and c.status in ('SENT', 'PARTIALLY_SENT', 'FAILED', 'CANCELLED') then
      if c.moving then
        raise exception 'campaign % is still being ended', campaign using errcode = 'serialization_failure';
      end if;
      update campaigns set status = 'SENDING', failed_at = null, finished_at = null, failure_code = null, failure_reason = null,
        reopened_from = status, reopened_finished_at = finished_at, reopened_failed_at = failed_at,
        rest_code = case when pending > 0 then failure_code end, rest_reason = case when pending > 0 then failure_reason end
      where id = campaign;
    elsif c.status in ('SENT', 'PARTIALLY_SENT', 'FAILED') then
      result := campaign_outcome(c.total, c.sent + d_sent, c.suppressed + d_suppressed);
    end if;
  end if;
  update campaigns set
    status = coalesce(result, status),
    failed_at = case when result is null then failed_at when result <> 'SENT' then coalesce(failed_at, now()) end,
    failure_code = case when result is null then failure_code when result <> 'SENT' then coalesce(failure_code, 'recipients_failed') end,
    failure_reason = case
      when result is null then failure_reason
      when result = 'SENT' then null
      when coalesce(failure_code, 'recipients_failed') = 'recipients_failed'
        then recipients_failed_reason(total, sent + d_sent, suppressed + d_suppressed)
      else failure_reason
    end,
    total = total + d_total, pending = pending + d_pending, queued = queued + d_queued, sending = sending + d_sending,
    retrying = retrying + d_retrying, unknown = unknown + d_unknown, held = held + d_held, sent = sent + d_sent,
    failed = failed + d_failed, suppressed = suppressed + d_suppressed, cancelled = cancelled + d_cancelled,
    delivered = delivered + d_delivered, bounced = bounced + d_bounced,
    unsubscribed = unsubscribed + d_unsubscribed, complained = complained + d_complained
  where id = campaign
  returning * into c;
  if c.id is null then
    return null; -- the campaign itself is being deleted
  end if;
  if not c.dispatch_requested and c.status = 'SENDING' and c.stop_code is null and c.rest_code is null and c.pending > 0 and c.queued < c.dispatch_below then
    update campaigns set dispatch_requested = true where id = campaign;
    perform graphile_worker.add_job('dispatch_campaign', json_build_object('campaign_id', campaign), priority => -20);
  end if;
  perform end_campaign_if_done(c);
  return c.version;
end $$;
