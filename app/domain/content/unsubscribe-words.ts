const words = pattern(
  `un_?subs?c?r?i?b? opt_?out desinscri desabon abmeld abbestell austragen darse_?de_?baja dar_?de_?baja cancelar_?(?:la_?|mi_?)?suscrip
  cancelar_?(?:a_?)?inscri descadastr uitschrij afmeld disiscri cancella_?iscri annulla_?iscri wypis rezygn avregistrera avmeld list_?unsub
  odhlas leiratkoz dezabon abonelikten_?c отпис відпис διαγραφ 退订 退訂 取消订阅 取消訂閱 配信停止 購読解除 수신거부 הסר إلغاء_?الاشتراك resign_?link jump_?off_?url black_?list_?url
  cancel_?subscription`,
);
const removing = /^remove(?:_?web|_?me|_?url|_?link)?$/i;
/** Together with a word that means the way out these make a tag; other words make a sentence. */
const around = pattern(
  '^(?:link|url|href|tag|here|click|me|e_?mail|html|text|list|subscription|center|centre|page|web|all|one|global|group|raw|your|the|insert|add|to|from|[a-z]{2})$',
);

function pattern(text: string): RegExp {
  return new RegExp(plain(text.trim().split(/\s+/).join('\u0001'), false).split('\u0001').join('|'), 'iu');
}

/** Small differences of writing that do not matter. */
function plain(text: string, parted = true): string {
  const bare = text.normalize('NFKD').replace(/\p{M}/gu, '');
  return parted ? bare.replace(/[^\p{L}\p{N}]+/gu, '_') : bare;
}

/** Does this name, or the words of a link, mean the way out of the list? In the languages that most senders write in. */
export function isUnsubscribing(text: string): boolean {
  const said = plain(text);
  return words.test(said) || removing.test(said);
}

/** "remove" alone is a word for much else. */
export function isOnlyRemove(text: string): boolean {
  return removing.test(plain(text)) && !words.test(plain(text));
}

/** Is it the name of the way out, as in `[Unsubscribe link]`, rather than words about it, as in `[Opt-out law]`? */
export function isUnsubscribeTag(text: string): boolean {
  const parts = text.trim().split(/\s+/);
  return (
    isUnsubscribing(text) &&
    (parts.length === 1 || parts.every((part) => isUnsubscribing(part) || around.test(plain(part)) || /^(?:opt|out)$/i.test(part)))
  );
}

/** Does the template have a way out that works, so far as can be told? */
export function offersWayOut(template: string): boolean {
  if (/\{\{-?\s*unsubscribe_url\b/.test(template)) return true;
  const links = template.matchAll(
    /<a\b[^<>]{0,1000}?\shref\s{0,20}=\s{0,20}["']?\s{0,20}((?:https?:\/\/|mailto:)[^\s"'<>{}[\]*|$]{3,500})["'\s>]([\s\S]{0,400}?)<\/a/gi,
  );
  for (const [, href = '', label = ''] of links) if (isUnsubscribing(`${href} ${label}`)) return true;
  const urls = template.matchAll(/(?:https?:\/\/|mailto:)[^\s"'<>{}[\]*|$%]{3,500}/gi);
  for (const [url] of urls) if (isUnsubscribing(url)) return true;
  return false;
}
