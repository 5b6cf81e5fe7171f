import { normaliseEmail } from '../addresses/email-address.ts';
import { plainText } from '../addresses/plain-text.ts';
import type { Channel } from '../channel.ts';

/** How exports in several languages head the column, best first within a list; compared without case, accents, spaces and signs. */
const emailHeaders = [
  'email, e-mail, mail, email address, e-mail address, mail address, e-mail-adresse, emailadresse, mailadresse, adresse e-mail, adresse email',
  'adresse mail, adresse électronique, courriel, correo electrónico, correo, dirección de correo, correio eletrônico, endereço de e-mail',
  'indirizzo email, indirizzo e-mail, posta elettronica, e-mailadres, e-post, e-postadress, e-postadresse, sähköposti, sähköpostiosoite',
  'adres e-mail, adres email, poczta, e-mailová adresa, e-mail cím, e-posta, e-posta adresi, adresă de email, el. paštas, e-pasts, e-pošta',
  'ηλεκτρονικό ταχυδρομείο, электронная почта, почта, эл. почта, імейл, електронна пошта, имейл, メールアドレス, メール, eメール',
  '电子邮件, 电子邮箱, 邮箱, 郵箱, 電子郵件, 이메일, 이메일 주소, อีเมล, البريد الإلكتروني, דוא"ל, ईमेल, email 1, e-mail 1 - value, user email',
];
const phoneHeaders = [
  'mobile, mobile phone, mobile number, cell, cell phone, cellphone, phone, phone number, sms, telephone, telephone number, tel, msisdn',
  'handy, handynummer, mobil, mobilnummer, mobiltelefon, mobilfunknummer, telefon, telefonnummer, téléphone, téléphone mobile, portable, numéro',
  'móvil, celular, teléfono, teléfono móvil, número de teléfono, telefone, telemóvel, cellulare, telefono, numero di telefono, telefoonnummer',
  'telefoon, mobiel, matkapuhelin, puhelin, puhelinnumero, komórka, telefon komórkowy, numer telefonu, cep, cep telefonu, gsm, whatsapp',
  'κινητό, τηλέφωνο, мобильный, мобильный телефон, телефон, номер телефона, мобільний, 電話番号, 携帯, 携帯電話, 手机, 手机号, 手机号码, 电话, 電話',
  '전화번호, 휴대폰, 휴대전화, هاتف, جوال, טלפון, मोबाइल, phone 1 - value',
];
const keys = {
  email: new Map(emailHeaders.flatMap((line) => line.split(', ')).map((header, rank) => [headerKey(header), rank])),
  sms: new Map(phoneHeaders.flatMap((line) => line.split(', ')).map((header, rank) => [headerKey(header), rank])),
};
const hints = {
  email: /mail|courriel|correo|e-?post|почта|邮|メール|^address$|^user ?name$/i,
  sms: /mobil|phone|handy|celular|m[oó]vil|telef|t[eé]l[eé]ph|телефон|手机|電話|rufn|whats|^mob|^ph\b|cell|gsm|sms|contact(?!.*\bid\b)|^kontakt$|^to$|^recipient|empf[aä]ng|^address$|^number$/i,
};

/** "E-Mail Address:" and "email_address" are the same header. */
export function headerKey(header: string): string {
  return header
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .toLowerCase();
}

/** Is it how exports head the column of addresses? */
export function isAddressHeader(header: string, channel: Channel): boolean {
  return keys[channel].has(headerKey(header));
}

/** Could it head such a column ("Email (work)")? */
export function mayHeadAddresses(header: string, channel: Channel): boolean {
  return !header.includes('@') && (isAddressHeader(header, channel) || hints[channel].test(header.trim()));
}

/** Does a value look like an address of the channel? Phone numbers only roughly: the full numbering plans are for the import. */
export function looksLikeAddress(value: string, channel: Channel): boolean {
  if (channel === 'email') {
    return normaliseEmail(value) !== null;
  }
  const text = plainText(value);
  const digits = text.replace(/\D/g, '').length;
  return digits >= 7 && digits <= 15 && /^'?(?:tel:)?\(?\+?[\d\s().\-/]+$/i.test(text) && !/^\d{4}-\d\d-\d\d/.test(text);
}

/**
 * Which columns can hold the addresses: one where it is clear, several where somebody has to say ("Owner email", "Contact email"), none where
 * no column qualifies. It is the one whose header says so; among several, or where the header only hints ("Email (work)"), the one whose
 * values look most like it; with no such header, the values alone decide.
 */
export function findAddressColumns(headers: readonly string[], rows: readonly string[][], channel: Channel): number[] {
  const width = Math.max(headers.length, ...rows.map((row) => row.length));
  const columns = Array.from({ length: width }, (_, index) => {
    const header = headers[index] ?? '';
    const named = scoreHeader(header, channel);
    const share = addressShare(rows, index, header, channel);
    return { index, named, share, score: named + share };
  });
  const [best, ...others] = columns.sort((a, b) => b.score - a.score || a.index - b.index);
  // Below this, neither a header nor at least half of the values speak for the column.
  if (!best || best.score < 0.5) return [];
  const rivals = others.filter(({ named, share }) => {
    if (share < 0.5) return false;
    // A header that says so is better than one that does not; two of the same say nothing.
    if (best.named > 1) return named === best.named;
    // Customer numbers look like phone numbers, but nothing else looks like an email address.
    return channel === 'email' || named === best.named;
  });
  return [best, ...rivals].map(({ index }) => index).sort((a, b) => a - b);
}

/** The share of a column's filled values that look like addresses, 0 to 1. */
function addressShare(rows: readonly string[][], column: number, header: string, channel: Channel): number {
  const values = rows.map((row) => row[column]?.trim() ?? '').filter((value) => value !== '');
  // Of a column called something else: digits alone are a customer's number, or an order's.
  const only = channel === 'sms' && header !== '' && scoreHeader(header, channel) === 0 ? /^[^\d]*[+0(]|\d[^\d]+\d/ : null;
  if (values.length === 0 || (channel === 'sms' && /fax/i.test(header))) return 0;
  return values.filter((value) => looksLikeAddress(value, channel) && (only === null || only.test(value))).length / values.length;
}

function scoreHeader(header: string, channel: Channel): number {
  const rank = keys[channel].get(headerKey(header));
  if (rank !== undefined) {
    return 2 - rank / 200;
  }
  return hints[channel].test(header.trim()) && !/fax/i.test(header) ? 0.4 : 0;
}
