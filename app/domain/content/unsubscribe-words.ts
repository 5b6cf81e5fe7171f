const words =
  /un_?subs?c?r?i?b?|opt_?out|desinscri|desabon|abmeld|abbestell|darse_?de_?baja|cancelar_?suscrip|uitschrij|afmeld|disiscri|cancella_?iscri|wypis|avregistrera|afmeld|list_?unsub|^remove(?:_?web|_?me|_?url|_?link)?$|cancel_?subscription/i;

/** Does this name, or the words of a link, mean the way out of the list? In the languages that most senders write in. */
export function isUnsubscribing(text: string): boolean {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, '_');
  return words.test(plain);
}
