import { type Withdrawal, withdrawnText } from './approval.ts';

/** The events of a campaign's life beside the attempts: who pressed what, and every change of status. Names are fixed by the REST API. */

/** In the order of the database's CHECK. */
export const activityKinds = [
  ...([
    'created',
    'cloned',
    'imported',
    'scheduled',
    'unscheduled',
    'started',
    'paused',
    'resumed',
    'cancelled',
    'ended',
    'retried',
  ] as const),
  ...([
    'reopened',
    'outcome_changed',
    'recipient_retried',
    'recipient_resolved',
    'held',
    'released',
    'recipients_resolved',
    'restored',
  ] as const),
  ...(['approval_requested', 'approved', 'declined', 'approval_withdrawn'] as const),
] as const;
export type ActivityKind = (typeof activityKinds)[number];

/** What an event's kind brings with it; see the statements that write it. Status changes carry the counters of that moment. */
export interface ActivityDetails {
  from?: string | number;
  to?: string;
  sent?: number;
  failed?: number;
  total?: number;
  code?: string;
  reason?: string;
  scheduled_at?: string;
  round?: number;
  name?: string;
  /** Of a clone: whom it goes to. */
  recipients?: string;
  file_name?: string;
  rows?: number;
  accepted?: number;
  duplicates?: number;
  rejected?: number;
  corrected?: boolean;
  /** Of a restored database: the newest that it knows of. */
  known_until?: string;
  outcome?: string;
  /** How many were decided at once; each of them has an event of its own, with `bulk`. */
  resolved?: number;
  bulk?: boolean;
  /** Of an approval: how many it goes to, the hash of what was seen, why it counts no more and what was changed. */
  people?: number;
  hash?: string;
  valid_until?: string;
  why?: Withdrawal;
  fields?: string[];
}

export interface ActivityJson {
  id: number;
  /** ISO 8601 in UTC. */
  at: string;
  kind: ActivityKind;
  /** Null where Rollcall did it by itself. */
  actor: string | null;
  /** Of an event about one recipient. */
  recipient_id: number | null;
  /** That recipient's address now. */
  address: string | null;
  /** The event in a sentence. */
  text: string;
  details: ActivityDetails;
}

type Event = Pick<ActivityJson, 'kind' | 'actor' | 'address' | 'details'>;

const number = new Intl.NumberFormat('en-US');
const count = (value: number | undefined) => number.format(value ?? 0);
const people = (details: ActivityDetails) => `${count(details.people)} ${details.people === 1 ? 'person' : 'people'}`;

/** The event in a sentence that support and marketers understand: "Ana started retry round 2." */
export function activityText(event: Event): string {
  const { actor, address, details } = event;
  const by = (act: string, alone: string) => (actor ? `${actor} ${act}.` : `${alone}.`);
  const whom = address ?? 'a recipient';
  switch (event.kind) {
    case 'created':
      return by('made the campaign', 'The campaign was made');
    case 'cloned': {
      const copy = `as a copy of ${details.name === undefined ? 'another campaign' : `“${details.name}”`}`;
      const whole = by(`made the campaign ${copy}`, `The campaign was made ${copy}`);
      return details.recipients === 'not_reached' ? `${whole.slice(0, -1)}, for those it had not reached.` : whole;
    }
    case 'imported':
      return imported(actor, details);
    case 'scheduled':
      return by(`scheduled it for ${utcTime(details.scheduled_at)}`, `It was scheduled for ${utcTime(details.scheduled_at)}`);
    case 'unscheduled':
      return by('took the schedule back', 'The schedule was taken back');
    case 'started':
      return by('started sending', 'Sending started at the scheduled time');
    case 'paused':
      return by('paused it', 'Sending was paused');
    case 'resumed':
      return by('resumed it', 'Sending was resumed');
    case 'cancelled':
      return by('cancelled it', 'It was cancelled');
    case 'ended':
      return ended(details);
    case 'retried':
      return by(`started retry round ${details.round}`, `Retry round ${details.round} was started`);
    case 'reopened':
      return by('opened it again for single recipients', 'It was opened again for single recipients');
    case 'outcome_changed':
      return `A late answer changed how it ended. ${ended(details)}`;
    case 'recipient_retried':
      return details.corrected
        ? by(
            `corrected the address ${change(details, whom)} and sent again`,
            `The address was corrected ${change(details, whom)} and sent to again`,
          )
        : by(`sent to ${whom} again`, `${whom} was sent to again`);
    case 'recipient_resolved':
      return resolved(actor, whom, details.outcome);
    case 'recipients_resolved':
      return resolved(
        actor,
        `${count(details.resolved)} ${details.resolved === 1 ? 'recipient' : 'recipients'}`,
        details.outcome,
        details.resolved !== 1,
      );
    case 'held':
      return `Sending waits: ${details.reason ?? 'the provider takes no messages.'}`;
    case 'released':
      return 'The wait is over, and sending goes on.';
    case 'approval_requested':
      return by(`asked for an approval to send to ${people(details)}`, `An approval to send to ${people(details)} was asked for`);
    case 'approved':
      return `${by('approved it', 'It was approved').slice(0, -1)}, as it was and for ${people(details)}.`;
    case 'declined':
      return `${by('declined to approve it', 'It was not approved')}${details.reason ? ` “${details.reason}”` : ''}`;
    case 'approval_withdrawn':
      return `The approval is withdrawn. ${withdrawnText({ why: details.why ?? 'changed', by: actor, fields: details.fields, approver: details.name })}`;
    case 'restored':
      return `The database was put back from a backup. What was sent after ${utcTime(details.known_until)} is not known here, so it was paused.`;
  }
}

/** Corrections of before both were kept name the address of now. */
function change({ from, to }: ActivityDetails, whom: string): string {
  return from && to ? `from ${from} to ${to}` : `to ${whom}`;
}

function imported(actor: string | null, { accepted, duplicates = 0, rejected = 0, file_name }: ActivityDetails): string {
  const contacts = `${count(accepted)} ${accepted === 1 ? 'contact' : 'contacts'}${file_name ? ` from ${file_name}` : ''}`;
  const left = [
    ...(duplicates > 0 ? [`${count(duplicates)} ${duplicates === 1 ? 'duplicate' : 'duplicates'}`] : []),
    ...(rejected > 0 ? [`${count(rejected)} without a valid address`] : []),
  ];
  const leftOut = left.length > 0 ? ` Left out: ${left.join(' and ')}.` : '';
  return `${actor ? `${actor} imported ${contacts}` : `Imported were ${contacts}`}.${leftOut}`;
}

function ended({ to, sent, total, code, reason }: ActivityDetails): string {
  const numbers = `${count(sent)} of ${count(total)} sent`;
  // The reason of recipients_failed only repeats the numbers.
  const why = reason && code !== 'recipients_failed' ? ` ${reason}` : '';
  if (to === 'SENT') return `It ended as sent: ${numbers}.`;
  if (to === 'CANCELLED') return `It is cancelled as before: ${numbers}.`;
  return `It ended as ${to === 'FAILED' ? 'failed' : 'partially sent'}: ${numbers}.${why}`;
}

function resolved(actor: string | null, whom: string, outcome: string | undefined, many = false): string {
  const who = actor ?? 'Somebody';
  const what = many ? `messages to ${whom}` : `message to ${whom}`;
  if (outcome === 'sent') return `${who} decided that the ${what} arrived.`;
  if (outcome === 'failed') return `${who} decided that the ${what} did not arrive.`;
  return `${who} did not know whether the ${what} arrived, and sent ${many ? 'them' : 'it'} again.`;
}

function utcTime(at: string | undefined): string {
  if (!at) return 'later';
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
