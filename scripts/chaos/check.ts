import { type Cluster, UNKNOWN_GRACE_S } from './cluster.ts';
import type { Plan } from './plan.ts';

export interface Findings {
  /** Shown as sent, and accepted by nobody. */
  lost: number;
  /** Accepted twice or more in one round. */
  doubled: number;
  /** Attempts whose outcome was not known at first. */
  unknown: number;
  sent: number;
  failed: number;
  /** Sentences; empty when everything that is promised was kept. */
  violations: string[];
}

interface LedgerRow {
  id: number;
  status: string;
  failure_code: string | null;
  delivery: string | null;
}

/** Compares the provider's own record of a campaign that has ended with the ledger. */
export async function check(cluster: Cluster, id: number, recipients: number, { channel, events }: Plan): Promise<Findings> {
  const violations: string[] = [];
  const must = (holds: boolean, otherwise: string) => void (holds || violations.push(otherwise));
  const [ledger, unknown, counters, stats, messages] = await Promise.all([
    cluster.query<LedgerRow>('select id, status, failure_code, delivery from recipients where campaign_id = $1', [id]),
    cluster.query<{ recipient_id: number; round: number }>(
      `select recipient_id, round from attempts where campaign_id = $1 and outcome = 'unknown'`,
      [id],
    ),
    cluster.query<Record<string, number>>('select * from campaigns where id = $1', [id]),
    cluster.sandbox.stats(),
    cluster.sandbox.messages(),
  ]);
  const accepted = new Set(messages.filter((message) => message.campaign_id === id).map((message) => message.recipient_id));
  const unknownIn = new Set(unknown.map(({ recipient_id, round }) => `${recipient_id}/${round}`));
  const doubled = stats.doubled.filter((one) => one.campaign_id === id);
  const inState = (...states: string[]) => ledger.filter(({ status }) => states.includes(status));
  const [sent, failed] = [inState('sent'), inState('failed')];
  const lost = sent.filter((one) => !accepted.has(one.id));

  must(ledger.length === recipients, `${recipients} recipients were given and ${ledger.length} are in the ledger`);
  must(sent.length + failed.length === recipients, `${recipients - sent.length - failed.length} recipients are in no final state`);
  for (const status of ['pending', 'queued', 'sending', 'retrying', 'unknown', 'sent', 'failed', 'suppressed', 'cancelled']) {
    const [counted, found] = [counters[0]?.[status], inState(status).length];
    must(counted === found, `the campaign counts ${counted} as ${status} and the ledger has ${found}`);
  }
  must(lost.length === 0, `${lost.length} are shown as sent and were accepted by nobody`);
  // Without events nobody can know that an attempt called unknown was accepted, when the one after it was refused.
  const excused = new Set(events ? [] : unknown.map(({ recipient_id }) => recipient_id));
  const hidden = failed.filter((one) => accepted.has(one.id) && one.failure_code !== 'outcome_unknown' && !excused.has(one.id));
  must(
    hidden.length === 0,
    `${hidden.length} were accepted and are shown as failed (${[...new Set(hidden.map((one) => one.failure_code))]})`,
  );
  if (events) {
    const known = new Set((await sentAgainInSpiteOfEvents(cluster, id)).map(({ recipient_id }) => recipient_id));
    const inSpite = doubled.filter((one) => known.has(one.recipient_id)).length;
    must(inSpite === 0, `${inSpite} were accepted twice although an event had come within the grace period`);
    const late = doubled.length - inSpite;
    must(late === 0, `${late} were accepted twice because the events came later than the grace period: the suite was too slow`);
    must(stats.events.failed + stats.events.dropped === 0, `${stats.events.failed + stats.events.dropped} events were given up`);
    const unheard = sent.filter((one) => one.delivery === null).length;
    must(unheard === 0, `${unheard} were delivered, and their events never arrived`);
  }
  if (channel === 'sms') must(doubled.length === 0, `${doubled.length} were accepted twice although the provider's list has them`);
  const untold = doubled.filter((one) => !unknownIn.has(`${one.recipient_id}/${one.round}`));
  must(untold.length === 0, `${untold.length} were accepted twice and the log calls none of their attempts unknown`);
  return { lost: lost.length, doubled: doubled.length, unknown: unknown.length, sent: sent.length, failed: failed.length, violations };
}

/** Who was sent to again after an attempt called unknown, of which an event had told that the provider has the message. */
function sentAgainInSpiteOfEvents(cluster: Cluster, id: number): Promise<{ recipient_id: number }[]> {
  return cluster.query(
    `select distinct a.recipient_id from attempts a join provider_events e on e.attempt_id = a.id and e.recipient_id = a.recipient_id
     where a.campaign_id = $1 and a.outcome = 'unknown' and e.received_at < a.finished_at + $2 * interval '1 second'
       and exists (select from attempts l where l.recipient_id = a.recipient_id and l.round = a.round and l.id > a.id)`,
    [id, UNKNOWN_GRACE_S],
  );
}
