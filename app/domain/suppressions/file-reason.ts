import type { Channel } from '../channel.ts';
import { headerKey } from '../contacts/address-column.ts';
import { type LeftOutReason, leftOutBy, type StatusKind, statusKind } from '../contacts/status-column.ts';
import { reasonTexts, type SuppressionReason } from './suppression.ts';

/** How exports of other products head the column that says why. */
const reasonHeads =
  /^(?:file|suppression|unsubscribe|unsub|optout|bounce|block)?(?:reason|type|category|event|cause)$|^(?:grund|motif|raison|motivo|causa|reden|причина)$/;
const MOST_LETTERS = 200;

interface Column {
  header: string;
  name: string;
}

/** Where a file says why: columns of reasons first, then columns that say whether people may be written to. */
export interface ReasonColumns {
  reasons: string[];
  statuses: { name: string; kind: StatusKind }[];
}

/** What a row of a file says: `mayWrite` where it says in so many words that they may be written to, which is no wish to be on this list. */
export type FileReason = { mayWrite: true } | { mayWrite: false; reason: SuppressionReason; note: string | null };

export function reasonColumnsOf(columns: readonly Column[], channel: Channel): ReasonColumns {
  // A report of an import: its reasons say why the rows were not taken.
  const report = columns[0]?.header === 'line' && columns[2]?.header === 'reason';
  return {
    reasons: columns.filter(({ header }, index) => reasonHeads.test(headerKey(header)) && !(report && index === 2)).map(({ name }) => name),
    statuses: columns.flatMap(({ header, name }) => {
      const kind = statusKind(header, channel);
      return kind ? [{ name, kind }] : [];
    }),
  };
}

/**
 * Our reason for what a file writes, where its words are known; else `manual`, and in both cases the words themselves, so that nothing that
 * somebody wrote down is lost. A mailbox that was full is no address that does not work.
 */
export function readFileReason(
  channel: Channel,
  { reasons, statuses }: ReasonColumns,
  values: Readonly<Record<string, unknown>>,
): FileReason {
  const given = reasons.map((name) => String(values[name] ?? '').trim()).filter((text) => text !== '');
  const note = given[0] ?? null;
  const found = given.map((text) => reasonNamed(channel, text)).find((reason) => reason !== null);
  const against = statuses.map(({ name, kind }) => ({ said: leftOutBy(kind, values[name]), text: String(values[name] ?? '') }));
  const status = against.find(({ said }) => said !== null);
  if (given.length === 0 && !status && statuses.some(({ name, kind }) => saysYes(kind, values[name]))) return { mayWrite: true };
  const reason = found ?? (status ? ofStatus(status.said as LeftOutReason, status.text) : 'manual');
  return { mayWrite: false, reason, note: note === null || isNamed(note, reason) ? null : shown(note) };
}

/** Says no more than our own word for it does. */
const isNamed = (note: string, reason: SuppressionReason) =>
  [reason, reasonTexts[reason].label].some((word) => plain(note) === plain(word));

const plain = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
const shown = (text: string) =>
  text
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, MOST_LETTERS)
    .toWellFormed();

const soft = /\bsoft|transient|temporar|\bfull\b|quota|deferred|grey ?list|\b4 \d \d/;
const words: [SuppressionReason, RegExp][] = [
  ['complaint', /complain|spam ?report|^(?:marked ?as ?)?(?:spam|junk)$|^abuse$|feedback ?loop|^fbl$/],
  ['stop', /^(?:sms ?|replied ?|answered ?)?stop(?: ?all)?$/],
  [
    'unsubscribe',
    /unsubscri|\bopt(?:ed)? ?out|abgemeldet|abmeldung|ausgetragen|desabonn|desinscri|dado ?de ?baja|disiscri|descadastr|afgemeld|uitgeschreven|отписа|wypisan/,
  ],
  [
    'hard_bounce',
    /hard ?bounce|permanent|^(?:bounced?|cleaned|invalid|undeliverable|unreachable|nonexistent)$|\b5 1 (?:0|1|2|3|6|10)\b|(?:user|recipient|mailbox) ?(?:is )?unknown|unknown ?(?:user|recipient)|no ?such ?(?:user|mailbox)|does ?not ?exist/,
  ],
];

function reasonNamed(channel: Channel, text: string): SuppressionReason | null {
  const normal = plain(text);
  if (soft.test(normal)) return null;
  const [reason] = words.find(([, pattern]) => pattern.test(normal)) ?? [null];
  return reason === 'stop' && channel === 'email' ? 'unsubscribe' : reason;
}

function ofStatus(said: LeftOutReason, text: string): SuppressionReason {
  if (said === 'unsubscribed') return 'unsubscribe';
  if (said === 'complained') return 'complaint';
  return said === 'blocked' || said === 'not confirmed' || soft.test(plain(text)) ? 'manual' : 'hard_bounce';
}

/** "unsubscribed: no", "accepts marketing: yes", "status: subscribed"; an empty field says nothing, nor does "bounced: no". */
function saysYes(status: StatusKind, value: unknown): boolean {
  const text = plain(String(value ?? ''));
  if (status.kind === 'refusal') return status.reason === 'unsubscribed' && /^(?:no|n|false|f|0|nein|non)$/.test(text);
  if (status.kind === 'consent') return status.plain && /^(?:yes|y|true|t|1|ja|oui|si|subscribed|opted ?in)$/.test(text);
  return /^(?:subscribed|opt(?:ed)? ?in)$/.test(text);
}
