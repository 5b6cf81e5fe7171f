/**
 * What a person's text message asks for. Read as people write: in any case and width, with accents or without, with signs, pictures and
 * politeness around. A word inside a sentence about something else asks for nothing.
 */
export type Wish = 'stop' | 'start' | 'help' | null;

/** Each language's words that end messages; Twilio's and the carriers' own (CTIA) first. Everyday answers such as "fine" are none of them. */
const stop = words(`stop stopall unsubscribe unsub unsubscribeall cancel end quit revoke optout remove halt
  stopp stoppen abmelden abmeldung abbestellen austragen kündigen kuendigen beenden aufhören aufhoeren keinesmsmehr keinenachrichtenmehr
  arrêt arrête arrêter arrêtez désabonner désabonnement désabonnezmoi désinscrire désinscription
  baja dardebaja alto parar detener cancelar sair descadastrar desinscrever remover cancele
  ferma fermare basta cancella cancellami cancellare disiscrivi disiscrivimi
  afmelden uitschrijven avsluta avregistrera sluta avmeld avslutt afmeld lopeta wypisz rezygnuję odhlásit zrušit leiratkozás dezabonare
  стоп отписаться отписка отменить στοπ διακοπή durdur iptal berhenti hentikan
  停止 退订 退訂 取消 解除 配信停止 중지 정지 수신거부 해지 הסר הסרה توقف إيقاف إلغاء`);
const stopPhrases = [
  /^(stop)+p*$/,
  /^stop(it|now|sms|all)?(sending|texting|messaging|contacting|bothering|spamming)?(me|us)?(any|more|the|these|this|those|your)*(texts?|messages?|msgs?|sms|spam)?$/,
  /^(remove|delete|take|unsubscribe|opt)(me|us|myname|mynumber|thisnumber)?(out|off|from)?(of)?(all|my|the|this|your)*(lists?|texts?|messages?)?$/,
  /^(dont|donot|never)(text|message|contact|sms)(me|us)?(again|anymore|ever)?$/,
  /^nomore(texts?|messages?|sms)?$/,
  /^i(d|m|am)?(want|wish|wouldlike|like|need)?(to)?(unsubscribe|unsubscribing|optout|optingout|beremoved)(from)?(all|the|this|these|your)*(lists?|texts?|messages?)?$/,
];
/** Twilio's own, and nothing around them: consent is not read into a sentence. */
const start = words('start unstop yes');
const help = words('help info');

/** What people say around it: please, thanks, now, all … */
const courtesy = words(`please pls plz kindly thanks thank you thx ty now all immediately already yes hi hello hey sorry ok okay asap
  bitte danke sofort alle jetzt hallo merci svp sil vous te plait tout bonjour por favor gracias ya todo todos hola obrigado obrigada tudo
  per favore grazie subito tutti aub alstublieft tack takk proszę пожалуйста спасибо lütfen`);

/** More words than this are a sentence about something. */
const MOST_WORDS = 10;

/** @param body of the message; the first line that says something counts, below it stand signatures */
export function wishOf(body: string): Wish {
  const lines = body
    .slice(0, 2_000)
    .split(/[\r\n\u2028\u2029]+/)
    .map(wordsOf)
    .filter((line) => line.length > 0);
  const greeted = lines[0]?.every((word) => courtesy.has(word)) ?? false;
  return wishOfWords(lines[0] ?? []) ?? (greeted ? wishOfWords(lines[1] ?? []) : null) ?? wishOfWords(lines.flat());
}

function wishOfWords(said: readonly string[]): Wish {
  if (said.length === 0 || said.length > MOST_WORDS) return null;
  const whole = said.join('');
  if (start.has(whole)) return 'start';
  if (help.has(whole)) return 'help';
  const core = said.filter((word) => !courtesy.has(word));
  // "stop stop" is one wish, and "opt out" and "S T O P" are one word.
  return ends(whole) || ends(core.join('')) || (core.length > 0 && core.every(ends)) ? 'stop' : null;
}

const ends = (word: string) =>
  stop.has(word) || (word !== '' && word !== 'opt' && word !== 'take' && stopPhrases.some((phrase) => phrase.test(word)));

/** Small letters in their usual width, without accents and invisible signs; other signs and pictures part words, an apostrophe does not. */
function wordsOf(line: string): string[] {
  return line
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+|\p{Cf}|(?<=\p{L})['’‘`´](?=\p{L})/gu, '')
    .normalize('NFC')
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
}

function words(text: string): Set<string> {
  return new Set(wordsOf(text));
}
