import type { PoolClient } from 'pg';

/** A row for the log of provider events. */
export interface EventRow {
  provider: string;
  eventId: string;
  /** All three or none: an event about somebody whose message is not known is logged without. */
  campaignId: number | null;
  recipientId: number | null;
  attemptId: number | null;
  kind: string;
  delivery: string | null;
  /** null: now. */
  occurredAtMs: number | null;
  code: string | null;
  failureCode: string | null;
  reason: string | null;
  /** It suppresses an address, and whose message it was about is not known: logged without ids. */
  nobody?: boolean;
}

/**
 * Logs events, each once, whatever else arrives at the same time: their recipients are locked first, in id order. Events of recipients
 * that do not exist are left out; see `nobody` for the exception.
 *
 * @returns the ids of those of existing recipients, and among them of those that are new; 1,000 events take about 30 ms
 */
export async function logEvents(client: PoolClient, events: readonly EventRow[]): Promise<{ known: Set<string>; fresh: Set<string> }> {
  const column = <K extends keyof EventRow>(name: K) => events.map((event) => event[name]);
  const { rows } = await client.query<{ eventId: string; isNew: boolean }>({
    name: 'log_provider_events',
    text: `
      with given as (
        select distinct on (provider, event_id) *
        from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::delivery[], $8::float8[],
          $9::text[], $10::text[], $11::text[], $12::boolean[])
          as g (provider, event_id, campaign_id, recipient_id, attempt_id, kind, delivery, occurred_ms, code, failure_code, reason, nobody)
        order by provider, event_id
      ),
      locked as (
        select g.* from given g join recipients r on r.campaign_id = g.campaign_id and r.id = g.recipient_id
        order by r.id for update of r
      ),
      known as (select * from locked union all select * from given where nobody),
      logged as (
        insert into provider_events (provider, event_id, campaign_id, recipient_id, attempt_id, kind, delivery, occurred_at, code,
          failure_code, reason)
        select provider, event_id, campaign_id, recipient_id, attempt_id, kind, delivery,
          coalesce(to_timestamp(occurred_ms / 1000), now()), code, failure_code, reason
        from known order by recipient_id, event_id
        on conflict (provider, event_id) do nothing
        returning provider, event_id
      )
      -- Not joined here: the planner takes both for a row or two, and would compare each of 1,000 with each other for 0.3 s.
      select event_id as "eventId", false as "isNew" from known union all select event_id, true from logged`,
    values: [
      column('provider'),
      column('eventId'),
      column('campaignId'),
      column('recipientId'),
      column('attemptId'),
      column('kind'),
      column('delivery'),
      column('occurredAtMs'),
      column('code'),
      column('failureCode'),
      column('reason'),
      column('nobody').map(Boolean),
    ],
  });
  const idsOf = (isNew: boolean) => new Set(rows.filter((row) => row.isNew === isNew).map(({ eventId }) => eventId));
  return { known: idsOf(false), fresh: idsOf(true) };
}
