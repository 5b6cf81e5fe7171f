import type { Channel } from '../channel.ts';
import { toVariableName } from '../content/variable-names.ts';
import { headerKey } from './address-column.ts';

/** What an export of another product says about people who must not be written to, as reasons in the report. */
export const leftOutReasons = ['unsubscribed', 'bounced', 'unreachable', 'complained', 'blocked', 'not confirmed'] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

/** How a column says it: in words of many kinds; by yes or no to being written to; or by anything at all ("unsubscribed at"). */
export type StatusKind =
  | { kind: 'state'; weak: boolean }
  /** `plain` where a yes says that they may be written to now, not that they once agreed to something. */
  | { kind: 'consent'; plain: boolean; reason: LeftOutReason }
  | { kind: 'refusal'; reason: LeftOutReason };

// All of what follows is compared with headers without case, accents, spaces and signs.
const leaving =
  'unsub|opt(?:ed|s)?outs?|abgemeldet|abmeld|abbestell|austrag|ausgetragen|desabonn|desinscri|dadodebaja|disiscri|descadastr|afgemeld|uitgeschreven|отпис|wypis|odhlas|avregistrer|afmeld|退订|退訂|取消订阅|配信停止|수신거부';
const refusals: [LeftOutReason, RegExp][] = [
  ['unsubscribed', new RegExp(`${leaving}|^(?:fechade)?baja$`)],
  ['bounced', /^(?:is|has|was|email|hard|soft)*bounced?(?:at|on|date|time|reason|type|code)?$|^clean(?:ed)?(?:at|on|date|time)$/],
  [
    'complained',
    /^(?:is|has|was|email|spam|markedas)*(?:complain(?:ed|ts?)|spam(?:report(?:ed)?|complaint)?|abuse(?:report)?)(?:at|on|date|time|reason)?$/,
  ],
  ['unreachable', /^(?:is)?(?:invalid|undeliverable)(?:e?mail|phone|number|address)?$|^(?:e?mail|phone|number|address)(?:is)?invalid$/],
  [
    'blocked',
    /donot(?:allow)?(?:bulk)?(?:contact|e?mail|call|phone|text|sms|disturb|send|market)|^(?:is|has)?no(?:e?mails?|sms|texts?|contact|mailing)$|^dn[cd]$|blacklist|blocklist|^(?:is)?blocked|suppress|sperre$|gesperrt|robinson|^deceased$|^verstorben$/,
  ],
];
const plainConsent =
  /^(?:is)?(?:subscribed|optin|optedin|optinstatus|newsletter|newsletteroptin|consent|gdprconsent|acceptsmarketing|acceptsemailmarketing|acceptssmsmarketing|marketingconsent|marketingoptin|emailconsent|smsconsent|emailoptin|smsoptin|mailingconsent|einwilligung)$/;
const consents =
  /subscribed|subscri(?:ption|ber)$|optin|optedin|consent|permission|accepts(?:e?mail|sms|marketing)|einwillig|zustimm|newsletter|abonn|inscrit|suscri[tp]|iscritt|consens|consenti|ingeschreven|toestemming|подписан|подписк|соглас|^(?:e?mail|sms)?marketing(?:allowed)?$|mailable|contactable|can(?:e?mail|contact|sms|text)|allow(?:s|ed)?(?:e?mail|sms|marketing|contact)|erlaubt$|receives?(?:e?mail|sms|news|marketing)|订阅|同意/;
const valid =
  /^(?:is)?(?:deliverable|reachable|valid(?:e?mail|phone|number))$|^(?:e?mail|phone|number)(?:is)?(?:valid|deliverable|reachable)$/;
const states =
  /status$|state$|deliverability$|doubleoptin|^statut|statut$|^estado|estado$|^stato$|^stato|zustand$|статус|状态|狀態|ステータス|상태|durum/;
/** Their words mean something else: an order is returned, an invoice invalid. */
const otherStates =
  /order|bestell|payment|zahl|invoice|rechnung|marital|famil|civil|ship|versand|employ|ticket|case|project|booking|commande|pedido|pago/;
/** A link to leave by, a text beside it, a number of them: no word about this person. */
const besides = /^(?:url|link|href|token|hash|key|page|header|footer|template|label|text|form|rate|score|count)$/;
/** Agreement to something else than being written to; letters and faxes. */
const elsewhere = /track|cookie|profil|thirdparty|photo|foto|video|terms|^(?:user)?permissions$|postal|directmail|fax/;
/** "Do not text", "no text", "opted out of text": it is what they do not want. */
const noText = /(?:donot(?:send)?|^(?:is|has)?no|out(?:of|from)?)texts?$/;
/** When, how and from where they agreed. */
const circumstance = /^(?:at|on|date|time|timestamp|datum|am|le|ip|source|method|version|wording|id|name|by)$/;

/**
 * What a column says about whether people may be written to; null for any other. "SMS opt-in" says nothing about email, nor "Email status"
 * about text messages.
 */
export function statusKind(header: string, channel: Channel): StatusKind | null {
  const key = headerKey(header.slice(0, 200)).normalize('NFC');
  const last = toVariableName(header.slice(0, 200)).split('_').at(-1) ?? '';
  const mail = /mail/.test(key);
  const sms = /sms|whatsapp|phone|mobil|call|telefon|handy|texts?(?:optin|optout|consent|status)/.test(key) || noText.test(key);
  if ((besides.test(last) && !noText.test(key)) || elsewhere.test(key) || (mail !== sms && mail !== (channel === 'email'))) return null;
  const refusal = refusals.find(([, pattern]) => pattern.test(key));
  if (refusal) return { kind: 'refusal', reason: refusal[0] };
  if (valid.test(key)) return { kind: 'consent', plain: false, reason: 'unreachable' };
  if (states.test(key) && !plainConsent.test(key)) return { kind: 'state', weak: !otherStates.test(key) };
  if (consents.test(key) && !circumstance.test(last)) return { kind: 'consent', plain: plainConsent.test(key), reason: 'unsubscribed' };
  return null;
}

const never = '(?:not|never|non?|nicht|nie|kein)';
/** Words that mean one thing in any column, in a value's middle, too. */
const strong: [LeftOutReason, RegExp][] = [
  [
    'not confirmed',
    /unconfirmed|not ?(?:yet ?)?confirmed|unbestatigt|nicht ?bestatigt|non ?confirm|no ?confirmad|(?:pending|awaiting) ?(?:confirmation|opt ?in)/,
  ],
  [
    'unsubscribed',
    new RegExp(
      `\\bun ?subscri|\\bunsub\\b|\\bopt(?:ed|s)? ?out|\\b${never} ?(?:yet ?)?(?:subscri|abonn|inscrit|suscrit|iscritt|angemeldet|opt(?:ed)? ?in)|${leaving}|dado ?de ?baja|^baja$|^(?:replied ?)?stop(?:ped)?$|^abonelikten|解除|withdrawn|revoked|widerruf|수신 ?거부`,
    ),
  ],
  ['complained', /complain|spam ?report|marked ?as ?spam|abuse ?report/],
  ['bounced', /\bbounced?\b|hard ?bounce|soft ?bounce/],
  ['blocked', /black ?list|block ?list|do ?not ?(?:contact|e? ?mail|call|text|disturb|send)|suppress/],
];
const weak: [LeftOutReason, RegExp][] = [
  ['bounced', /^(?:cleaned|returned)$/],
  ['unreachable', /^(?:unreachable|undeliverable|undelivered|invalid|non ?existent|dead|unzustellbar|unerreichbar)$/],
  ['complained', /^(?:spam|junk|abuse)$/],
  [
    'blocked',
    /^(?:block(?:ed)?|dn[cd]|banned|gesperrt|removed|deleted|archived|disabled|deactivated|suspended|geloscht|supprime|eliminado|eliminato)$/,
  ],
];
const no =
  /^(?:no|n|false|f|0|off|nein|non|nee|нет|nie|nao|nei|nej|ei|ne|nem|hayir|not|0 0|none|denied|declined|refused?|rejected|not ?(?:given|granted|allowed)|abgelehnt|verweigert|retire|revoca\p{L}*|rechaza\p{L}*|nega\p{L}{2}|geweigerd|ingetrokken|отозва\p{L}*|отказ\p{L}*|否|いいえ|아니오)$/u;
const yes =
  /^(?:yes|y|true|t|1|on|x|ja|oui|si|sim|да|tak|ano|igen|evet|ok|active|enabled|aktiv|actif|activ[oa]|attivo|subscribed|confirmed|verified|valid|deliverable|delivered|granted|given|explicit|express|implied|opt(?:ed)? ?in|single|double|allow(?:ed)?|erlaubt|erteilt|angemeldet|abonne|inscrit|suscrito|iscritto|是|はい|예|(?:19|20)\d\d \d\d? \d.*|\d\d? \d\d? (?:19|20)\d\d.*)$/;
const nothing = /^(?:|null|nil|none|never|nan|n a|0000 00 00.*|1970 01 01.*)$/;

/** Why somebody is left out, by one value of such a column; null where it says nothing against writing. */
export function leftOutBy(kind: StatusKind, value: unknown): LeftOutReason | null {
  const text = words(value);
  if (kind.kind === 'refusal') return nothing.test(text) || no.test(text) || yesTo(text) || /^https? /.test(text) ? null : kind.reason;
  const said = [...strong, ...(kind.kind === 'state' && !kind.weak ? [] : weak)].find(([, word]) => word.test(text))?.[0] ?? null;
  if (said || kind.kind === 'state') return said;
  // "subscription: none" is a plan, "opt-in: none" is not.
  if (text === 'none' && !kind.plain) return null;
  return no.test(text) ? kind.reason : text === 'pending' ? 'not confirmed' : null;
}

/** Of a column of opt-outs "yes" is a wish to leave; "subscribed" and "allow" are none. */
const yesTo = (text: string) => /^(?:ok|active|subscribed|valid|deliverable|delivered|opt(?:ed)? ?in|allow(?:ed)?|erlaubt)$/.test(text);

/** Does a value say something that is known here, for or against writing? */
export function isKnownStatus(kind: StatusKind, value: unknown): boolean {
  const text = words(value);
  return kind.kind === 'refusal' || nothing.test(text) || yes.test(text) || leftOutBy(kind, value) !== null;
}

function words(value: unknown): string {
  return String(value ?? '')
    .slice(0, 500)
    .replace(/[\u2713\u2714\u2611\u2705]/g, ' yes ')
    .replace(/[\u2717\u2718\u2610\u2612\u274c]/g, ' no ')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/\u0131/g, 'i')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
