import { headerKey } from './address-column.ts';

/** What an export of another product says about people who must not be written to, as reasons in the report. */
export const leftOutReasons = ['unsubscribed', 'bounced', 'unreachable', 'complained', 'blocked'] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

const stateWords: [LeftOutReason, RegExp][] = [
  [
    'unsubscribed',
    /^(?:un ?subscribed?|opt(?:ed)? ?out|not ?subscribed|never ?subscribed|non ?subscribed|abgemeldet|ausgetragen|desabonne|desinscrit|dado ?de ?baja|disiscritto|descadastrado|afgemeld|uitgeschreven|отписан\p{L}*|wypisany)$/u,
  ],
  ['bounced', /^(?:(?:hard|soft)? ?bounced?|cleaned|returned)$/],
  ['unreachable', /^(?:unreachable|undeliverable|undelivered|invalid|non ?existent|dead|unzustellbar|unerreichbar)$/],
  ['complained', /^(?:complain(?:ed|t)|spam(?: ?complaint| ?report(?:ed)?)?|marked ?as ?spam|abuse|junk)$/],
  ['blocked', /^(?:block(?:ed|listed)?|black ?listed|suppressed|do ?not ?(?:contact|email|mail|call|text|disturb)|dnc|banned|gesperrt)$/],
];
const no = /^(?:no|n|false|f|0|off|nein|non|nee|нет|nie|nao|not|0 0)$/;
const never = /^(?:|-|0|no|n|false|f|off|null|nil|none|never|nan|n a|nein|non|0000 00 00.*|1970 01 01.*)$/;

type Kind = { kind: 'state' } | { kind: 'consent' } | { kind: 'refusal'; reason: LeftOutReason };

/** "Unsubscribed at", "unsubscribe_date" and "unsubscribedAt" say when. */
const patterns: [RegExp, Kind][] = [
  [
    /^(?:un ?subscribe[ds]?|opt(?:ed)? ?outs?|abgemeldet|abmeldung|desabonne|unsub)(?:at|on|date|time|timestamp|datum|am|le|reason)?$/,
    { kind: 'refusal', reason: 'unsubscribed' },
  ],
  [
    /^(?:email|sms|has)?(?:optedout|optout|unsubscribed)(?:of|from|at|date|time)?(?:email|sms|marketing|all)?$/,
    { kind: 'refusal', reason: 'unsubscribed' },
  ],
  [/^(?:hard)?bounced?(?:at|on|date|time|reason)?$/, { kind: 'refusal', reason: 'bounced' }],
  [/^(?:complained|complaint|spamcomplaint|markedasspam|spam)(?:at|on|date|time)?$/, { kind: 'refusal', reason: 'complained' }],
  [
    /^(?:donot(?:contact|email|mail|call|text|sms)|dnc|suppressed|blocked|blocklisted|blacklisted|isblocked|issuppressed)(?:at|on|date|time)?$/,
    { kind: 'refusal', reason: 'blocked' },
  ],
  [
    /^(?:is)?(?:subscribed|optin|optedin|optinstatus|newsletter|newsletteroptin|consent|gdprconsent|acceptsmarketing|acceptsemailmarketing|acceptssmsmarketing|marketingconsent|marketingoptin|emailconsent|smsconsent|emailoptin|smsoptin|mailingconsent|einwilligung)$/,
    { kind: 'consent' },
  ],
  [/status$|state$|^(?:email|sms)?deliverability$|^subscription$|^statut$|^estado$|^stato$/, { kind: 'state' }],
];

/** What a column says about whether people may be written to; null for any other. */
export function statusKind(header: string): Kind | null {
  const key = headerKey(header);
  return patterns.find(([pattern]) => pattern.test(key))?.[1] ?? null;
}

/** Why somebody is left out, by one value of such a column; null where it says nothing against writing. */
export function leftOutBy(kind: Kind, value: unknown): LeftOutReason | null {
  const text = String(value ?? '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  const state = stateWords.find(([, word]) => word.test(text))?.[0] ?? null;
  if (kind.kind === 'refusal') return never.test(text) ? null : kind.reason;
  if (kind.kind === 'consent') return state ?? (no.test(text) ? 'unsubscribed' : null);
  return state;
}
