import { builtInVariables } from './built-in-variables.ts';
import { nearest } from './nearest.ts';
import { isUnsubscribing } from './unsubscribe-words.ts';
import { toVariableName } from './variable-names.ts';

/** Names that lists have, in a few languages: whoever writes `[Vorname]` means a column. */
const usual =
  /^(?:(?:first|last|full|given|family|sur|user|nick|contact|recipient|subscriber|customer|member|company|your|f|l)_?)*names?$|^(?:contact|recipient|subscriber|customer|member|user|person|profile|lead)_|^(?:e_?)?mail(?:_?address)?$|^(?:salutation|greeting|vorname|nachname|anrede|firma|prenom|nom|civilite|nombre|apellidos?|nome|cognome|voornaam|achternaam|imie|nazwisko)$|^(?:company|phone|mobile|city|address|postal_?code|zip|birthday|coupon(?:_code)?|voucher(?:_code)?|promo_?code)$|^(?:web_?version|view_in_browser|browser_?link|mirror|(?:update_)?(?:preferences|profile)(?:_?url|_?link)?|current_?year|list_?name|list_address|address_?block|greeting_?line|sender_(?:name|address|city|state|zip)|web_?link)$/;

/** Does this look like the name of a column, rather than like words in brackets? */
export function isFieldLike(inner: string, known: readonly string[]): boolean {
  const name = inner.replace(/(?:,|\||%%|:)?\s*(?:fallback|default)\s*=?.*$|(?:\||%%).*$|,\s*fallback=.*$/i, '').trim();
  if (/,\s*fallback=/i.test(inner)) return true;
  if (!/^[\p{L}_][\p{L}\p{N}_.: -]*$/u.test(name) || name.length > 60) return false;
  const column = toVariableName(name);
  if (known.includes(column) || usual.test(column) || isUnsubscribing(name)) return true;
  return /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(name) || /^(?:FOOTER|SIGNATURE|FORWARD(?:URL|FORM)?|USERTRACK|USERID|LISTOWNER)$/.test(name);
}

/** Is this one word, as names are, or a name that lists have? */
export function isName(inner: string, known: readonly string[]): boolean {
  const name = inner
    .replace(/\s*(?:[|,?]|\bOR\b)[\s\S]*$/, '')
    .replace(ownPrefix, '')
    .replace(/:["'“”][^"“”]*["'“”]?$/, '')
    .trim();
  return /^[\p{L}_$][\p{L}\p{N}_.-]*$/u.test(name) || isFieldLike(inner, known);
}

/** What other products put in front of a column's name. */
const ownPrefix =
  /^(?:[a-z]{0,12}field|subtag|tag|var|data|merge|contact_attribute|recipient|contact|subscriber|user|customer|member|person|profile|lead|UD)\s*[=:.]\s*/i;

/** What is said of another product's tag: what it is, and what to write in its place. */
export function whatToWrite(inner: string, known: readonly string[], inLink: boolean, otherWayOut = false): string {
  const name = inner.trim();
  if (isUnsubscribing(name)) {
    return `is no link to unsubscribe here${otherWayOut ? '' : ', so nobody could leave the list'}. Write {{ unsubscribe_url }}.`;
  }
  const condition = conditionFor(name, known);
  if (condition) return `is another product’s way to write a condition and would be sent as it stands. Write ${condition}.`;
  if (
    /web_?version|browser|mirror|archive|forward|preferences|subscription_?manage|manage_?subscription|update_?profile|current_?year|list_?address|resubscri/i.test(
      name,
    )
  ) {
    return 'is another product’s tag, which has no counterpart here and would be sent as it stands. Take it out.';
  }
  const column = variableFor(name, known);
  if (known.length > builtInVariables.length && !known.includes(column)) {
    return `is another product’s tag, and would be sent as it stands. Take it out, or write a column that the contacts have, such as {{ ${known[0]} }}.`;
  }
  const variable = `{{ ${column}${inLink ? ' | url_encode' : ''} }}`;
  return `is not how a variable is written here and would be sent as it stands. Write it as ${variable}.`;
}

function conditionFor(name: string, known: readonly string[]): string | null {
  if (/^(?:end:?|\/)\s*(?:if|unless|interested)?\b/i.test(name) && /end|^\//i.test(name)) return '{% endif %}';
  if (/^else\b/i.test(name)) return '{% else %}';
  const asked = /^(if|ifnot|unless|elseif)\s*[: ]\s*\$?([\w.]+)/i.exec(name);
  if (!asked) return null;
  const word = { if: 'if', ifnot: 'unless', unless: 'unless', elseif: 'elsif' }[(asked[1] as string).toLowerCase()];
  return `{% ${word} ${variableFor(asked[2] as string, known)} %}`;
}

/** The column that is meant: without what other products put in front of it and behind it. */
export function variableFor(name: string, known: readonly string[]): string {
  const bare = name
    .replace(ownPrefix, '')
    .replace(/\s*(?:[|:,?]|%%|\bOR\b|default\b|fallback\b)[\s\S]*$/, '')
    .replace(/["'“”$!=*]/g, '');
  const column = toVariableName(bare);
  if (known.includes(column)) return column;
  if (/^(?:e_?mail|mail)(?:_?address)?$/.test(column)) return 'address';
  if (column === 'name') return ['full_name', 'first_name'].find((other) => known.includes(other)) ?? column;
  const first = /^(?:f_?name|first_?name|vorname|prenom|given_?name)$/.test(column) ? 'first_name' : null;
  const last = /^(?:l_?name|last_?name|nachname|surname|family_?name)$/.test(column) ? 'last_name' : null;
  const usualName = first ?? last;
  if (usualName && (known.includes(usualName) || !nearest(column, known))) return usualName;
  return nearest(column, known) ?? (column || 'first_name');
}
