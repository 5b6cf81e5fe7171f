/**
 * What a person's text message asks for. Read as people write: in any case and width, with accents or without, with signs, pictures and
 * politeness around. A word inside a sentence about something else asks for nothing.
 */
export type Wish = 'stop' | 'start' | 'help' | null;

/** Each language's words that end messages, those of several without their blanks; Twilio's and the carriers' own (CTIA) first. Everyday answers such as "fine" are none of them. */
const stop =
  words(`stop stopall stopp unsubscribe unsub unsubscribeall unsubscribed cancel end endall quit revoke optout remove halt cease desist ceaseanddesist
  stope stopo sotp stpo stpp stp unsuscribe unsubcribe unsubscibe unsubsribe
  stoppen abmelden abmeldung abbestellen austragen kündigen kuendigen kündigung beenden aufhören aufhoeren schluss löschen loeschen
  arrêt arrête arrêter arrêtez désabonner désabonnement désabonnezmoi désinscrire désinscription supprimer retirezmoi résilier
  baja dardebaja alto parar detener cancelar borrar eliminar bórrame bórreme sair descadastrar desinscrever remover cancele pare parem excluir
  ferma fermare basta cancella cancellami cancellare cancellazione disiscrivi disiscrivimi rimuovi rimuovimi elimina eliminami annulla
  afmelden uitschrijven verwijderen avsluta avregistrera sluta avmeld avslutt avbryt afmeld frameld sletmig lopeta lopettakaa poista
  wypisz wypiszmnie rezygnuję rezygnacja zrezygnuj usuń usuńmnie koniec dość odhlásit zrušit konec ukončit leiratkozás leiratkozom törlés
  dezabonare oprire odjava спри стоп отписаться отписать отписка отпишитеменя отменить хватит прекрати удалите відписатися στοπ διακοπή διαγραφή σταμάτα
  durdur iptal iptalet çıkış listedençık berhenti hentikan batal unreg hủy dừng ngừng từchối หยุด ยกเลิก
  停止 停止してください 退订 退訂 取消 取消订阅 不要再发 拒收 td 解除 配信停止 やめて 중지 정지 수신거부 그만 거부 해지 रोकें बंद बंदकरो bandkaro stopkaro
  הסר הסרה הסירואותי עצור תפסיקו בטל توقف قف لغو إيقاف إلغاء إلغاءالاشتراك acha simama itigil ihinto`);
/** Words between them, at will. */
const of = '(all|any|more|the|these|this|those|that|your|my|such|future|further|promotional|marketing)*';
const messages = '(texts?|textmessages?|messages?|messaging|msgs?|sms|spam|ads?|marketing|promotions?|stuff|subscriptions?)?';
const stopPhrases = [
  /^(isaid|text|txt|type|send|reply)?(stop)+p*\d{0,6}(isaid)?$/,
  new RegExp(
    `^(stop|quit)(it|this|that|now|sms|all)?(sending|texting|messaging|contacting|calling|emailing|bothering|spamming|harassing)?(me|us|it)?${of}${messages}$`,
  ),
  new RegExp(
    `^(?=(?:remove|delete)(?:$|me|us|my|thisnumber|from)|unsubscribe|opt(?:me|us)?out|take.*(?:off|out))(remove|delete|take|unsubscribe|opt)(me|us|myname|mynumber|thisnumber)?(out|off|from)?(of)?${of}(mailing|text|texting|sms|contact)?(lists?|texts?|messages?)?$`,
  ),
  /^(cancel|end|revoke)(me|this|all|mysubscription|mysubscriptions|subscription|thesubscription|consent|myconsent|texts?|messages?)$/,
  /^i(hereby)?revoke(my)?consent$/,
  new RegExp(`^(dont|donot|never)(text|message|contact|sms|call|write)(me|us|this|my|number)*${of}${messages}(again|anymore|ever)?$`),
  new RegExp(`^(dont|donot|never)send(me|us)?${of}(texts?|messages?|msgs?|sms|spam)(again|anymore|ever)?$`),
  /^no(t)?(any)?more(texts?|messages?|sms)?$/,
  /^i(d|m|am)?(want|wish|wouldlike|like|need)?(to)?(unsubscribe|unsubscribing|stop|optout|optingout|beremoved)(from)?(all|the|this|these|your)*(lists?|texts?|messages?)?$/,
  /^leave(me|us)alone$/,
  /^go?away$/,
  // Without accents, as all is read here.
  /^(bitte)?keine?(weiteren?)?(sms|nachrichten|werbung|texte|werbesms)(mehr)?(schicken|senden)?$/,
  /^(bitte)?nicht(mehr|weiter)(schreiben|anschreiben|senden|schicken)$/,
  /^hor(en|t)?(sie)?(bitte)?auf$/,
  /^las+t?(sie|t)?michinruhe$/,
  /^(loschen|streichen|entfernen)sie(mich|meine(handy)?nummer)$|^(meine)?(handy)?nummer(bitte)?(loschen|streichen|entfernen)$/,
  /^meld(en|et)?(sie)?michab$/,
  /^(plus|pas)(de|aucun)(sms|messages?|textos?|pub|publicites?)$/,
  /^(ne|merci)*(plus|pas)?(de)?(ne)?(plus|pas)?(menvoy(er|ez)|recevoir)(plus|pas)?(de|des)?(sms|messages?|textos?|pub)?$/,
  /^(je)?(veux|voudrais|souhaite)?(me)?(desabonner|desinscrire)$/,
  /^arretez?(de)?(menvoyer)?(des|les|vos|ces)?(sms|messages?|textos?)?$/,
  /^(quiero|deseo|quisiera)?(dar|darme|darnos|dem|deme|denme)?de?baja$/,
  /^no(me)?(envi(en|e|ar)|mand(en|e|ar)|escrib(an|a|ir))?mas(mensajes?|sms|textos?)?$/,
  /^(deje|dejen|pare|paren)de(enviar|mandar|escribir)(me)?(mensajes?|sms)?$/,
  /^borr(ame|eme|enme)de(la|su)lista$/,
  /^(nao|nunca)?(quero|enviar|envie|mandar|mande)(me)?mais(mensagens?|sms)?$|^pare(m)?de(me)?(enviar|mandar)(mensagens?|sms)?$|^(sair|remover)(me)?dalista$/,
  /^non(scrivetemi|mandatemi|inviatemi|scrivermi)(piu)?(messaggi|sms)?$|^(basta|niente)(messaggi|sms)$/,
  /^geen(sms|berichten)meer$|^meldmijaf$|^verwijdermij(uit)?(de)?(lijst)?$/,
  /^(prosze)?nie(wysylac|wysylajcie|pisac|piszcie)(wiecej)?(sms|smsow|wiadomosci)?$/,
  /^непишите(мне)?(больше)?$/,
];
/** Twilio's own, and nothing around them: consent is not read into a sentence. */
const start = words('start unstop yes');
const help = words('help info');

/** What people say around it: please, thanks, now, all … */
const courtesy = words(`please pls plz kindly just thanks thank you thx ty now all immediately already yes hi hello hey sorry ok okay asap
  bitte danke sofort alle jetzt hallo merci svp sil vous te plait tout bonjour por favor gracias ya todo todos hola obrigado obrigada tudo
  per favore grazie subito tutti aub alstublieft tack takk tak proszę пожалуйста спасибо будь ласка lütfen`);

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
  return (
    wishOfWords(lines[0] ?? []) ?? wishOfSentences(body) ?? (greeted ? wishOfWords(lines[1] ?? []) : null) ?? wishOfWords(lines.flat())
  );
}

/** Words that are about messages even beside other sentences; "cancel" and "end" may be about those. */
const clear = /^(please|pls|bitte)*(stop|unsub|opt(me)?out|arret|abmeld|baja|стоп)/;

/** "Not interested. Stop." says it in one of its sentences; "Stop - Jo" has a name behind it. */
function wishOfSentences(body: string): Wish {
  const sentences = body
    .slice(0, 200)
    .split(/[.!?;\n]+|\s[-–—]\s/)
    .map(wordsOf)
    .filter((sentence) => sentence.length > 0);
  if (sentences.length < 2 || sentences.flat().length > MOST_WORDS) return null;
  const [first, last] = [sentences[0] as string[], sentences.at(-1) as string[]];
  return [first, last].some((said) => clear.test(said.join('')) && wishOfWords(said) === 'stop') ? 'stop' : null;
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

const ends = (word: string) => stop.has(word) || (word !== '' && stopPhrases.some((phrase) => phrase.test(word)));

/** Small letters in their usual width, without accents and invisible signs; other signs and pictures part words, an apostrophe does not. */
function wordsOf(line: string): string[] {
  return line
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(
      /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}])\p{M}+|\p{Cf}|(?<=\p{L})['’‘`´](?=\p{L})/gu,
      '',
    )
    .normalize('NFC')
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
}

function words(text: string): Set<string> {
  return new Set(wordsOf(text));
}
