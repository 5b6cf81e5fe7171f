import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { type AddressReading, read, refused } from './address-reading.ts';
import { plainText } from './plain-text.ts';

export interface PhoneReading {
  /** Whose numbers are written without a country code; ISO 3166. Where nobody said, the United States, and then with more doubt. */
  country?: CountryCode | undefined;
  /**
   * What numbers are that have neither a plus nor a 0 in front: national ones (a spreadsheet dropped the 0, or there is none), or international
   * ones whose plus was dropped. Where nobody said, what can be both is refused.
   */
  bare?: BareNumbers | undefined;
}

export const bareNumberMeanings = ['national', 'international'] as const;
export type BareNumbers = (typeof bareNumberMeanings)[number];

const MAX_LENGTH = 64;
/** With what stands around it. */
const MAX_WRITTEN = 200;
/** What stands before numbers in exports and links: `tel:`, `Mobile: `, `whatsapp:`, and `p:` in lead forms. */
const label = /^(?:tel|telefon|phone|mobile|mobil|mob|handy|cell|sms|smsto|callto|whatsapp|wa|p)\.?\s*:\s*(?:\/\/)?/i;
const extension = /\d\s*(?:(?:;\s*ext=|ext(?:ension)?|x|dw|durchwahl|poste|interno?|anexo|ramal)[.:]?|#)\s*\d{1,7}$/i;
const anExtension = 'An SMS cannot reach an extension. Remove it, or take another number.';
const noCode = 'It has no country code. Write it with + and its country code.';
const lost = 'A spreadsheet cut off some of its digits. Format the column as text and export it again.';

/** Is it a country (ISO 3166, "US") whose numbering plan is known? */
export function isCountry(code: string): code is CountryCode {
  return isSupportedCountry(code);
}

/**
 * Reads a phone number as people, exports and spreadsheets write it, to E.164 ("+12015550123"): the one spelling under which it is kept and
 * compared. The whole text must be one number, which the numbering plan of its country has.
 *
 * A number is read in one way or not at all. "491701234567" can be +49 170 1234567 without its plus, and (0491) 701234567 in Leer: it is
 * refused unless `bare` says what such numbers are. What has one valid reading only is taken ("447911123456" in a list of the US).
 */
export function readPhone(raw: string, { country, bare }: PhoneReading = {}): AddressReading {
  const plain = plainText(raw);
  if (plain.length > MAX_WRITTEN) return refused('not a valid phone number');
  const text = writtenNumber(plain);
  if (text === '') return refused('no address');
  if (text.length > MAX_LENGTH || !/^[(+\s]*\d/.test(text)) return refused('not a valid phone number');
  const spreadsheet = fromSpreadsheet(text);
  if (spreadsheet === null) return refused('not a valid phone number', lost);
  if (holdsTwo(text)) return refused('not a valid phone number', 'There is more than one number. Keep one in this column.');

  if (extension.test(text)) return refused('not a valid phone number', anExtension);

  const written = spreadsheet ?? text;
  if (/\p{L}/u.test(written)) return refused('not a valid phone number'); // a letter O for a zero, a name, a word
  const digits = written.replace(/\D/g, '');
  if (/^\D*\+/.test(written)) return single([parse(written.slice(written.indexOf('+')))]);
  const home = country ?? 'US';
  // Dialled from abroad, in the way of most of the world and of North America: no numbering plan has numbers of its own that begin so.
  if (digits.startsWith('00')) return single([parse(written.replace(/^\D*0\D*0\D*/, '+')), parse(written, home)]);
  if (digits.startsWith('011')) return single([parse(written.replace(/^\D*0\D*1\D*1\D*/, '+')), parse(written, home)]);
  if (digits.startsWith('0')) {
    const reading = single([parse(written, home)]);
    // Nobody said whose it is, and somewhere it is a number.
    return reading.address === null && country === undefined && reading.advice === null ? refused(reading.fault, noCode) : reading;
  }

  const international = parse(written.replace(/^\D*/, '+'));
  if (bare === 'international') return single([international]);
  const national = parse(written, home);
  if (bare === 'national') return single([national], true);
  if (national?.isValid() && writtenAtHome(national, digits)) {
    const said = isGrouped(text) || (country !== undefined && spreadsheet === undefined);
    const other = said ? international?.countryCallingCode === national.countryCallingCode : takesMessages(international);
    if (!other) return single([national]);
  }
  return !national?.isValid() && international?.isValid() && mayBeNational(international, written, home)
    ? twoCountries()
    : single([national, international]);
}

function parse(text: string, defaultCountry?: CountryCode): PhoneNumber | undefined {
  // Mexico's mobile numbers had a 1 in front until 2019, and old lists and messengers have it still.
  const now = text.replace(defaultCountry === 'MX' ? /^(\D*)1(?=(?:\D*\d){10}\D*$)/ : /^(\D*\+\D*5\D*2\D*)1(?=(?:\D*\d){10}\D*$)/, '$1');
  return parsePhoneNumberFromString(now, { ...(defaultCountry && { defaultCountry }), extract: false });
}

const twoCountries = (advice = 'Write it with + and its country code.') => refused('could be a number of two countries', advice);

function single(readings: (PhoneNumber | undefined)[], told = false): AddressReading {
  const valid = readings.filter((number) => number?.isValid()) as PhoneNumber[];
  if (new Set(valid.map(({ number }) => number)).size > 1) return twoCountries();
  const [number] = valid;
  if (!number) return refused('not a valid phone number');
  if (number.ext) return refused('not a valid phone number', anExtension);
  // Programs that put a country code, or a 0, before every number put it before those that have one already: +49 49 170 1234567.
  if (!told && !takesMessages(number) && takesMessages(parse(`+${number.nationalNumber}`)))
    return twoCountries('Country codes may stand in it twice. Write it with + and one of them.');
  return read(number.number);
}

/**
 * Bare digits that are no number of their country and one of another: is it a foreign number without its plus, or a slip in a national one?
 * 2015550123 with the 0 of ".0" behind it, or with an extension, is a mobile number in Egypt.
 */
function mayBeNational(international: PhoneNumber, written: string, home: CountryCode): boolean {
  const shorter = [/0\s*$/, /(?<=\d)[^\d]+\d{1,4}$/].map((end) => written.replace(end, '')).filter((text) => text !== written);
  if (shorter.some((text) => parse(text, home)?.isValid())) return true;
  return !takesMessages(international) && international.countryCallingCode !== getCountryCallingCode(home);
}

/** In countries without a 0 in front, such as the US or Spain, the bare digits are how people write it; elsewhere something was dropped. */
function writtenAtHome(national: PhoneNumber, digits: string): boolean {
  const { nationalNumber, countryCallingCode } = national;
  return national.formatNational().replace(/\D/g, '') === digits || (countryCallingCode === '1' && `1${nationalNumber}` === digits);
}

/** (201) 555-0123, 201-555-0123, 201.555.0123: nobody groups an international number so. */
function isGrouped(text: string): boolean {
  return /^\(\d{3}\)[\s.-]*\d{3}[\s.-]?\d{4}$|^\d{3}[\s.-]\d{3}[\s.-]\d{4}$|^\d{3}[\s.-]\d{7}$/.test(text);
}

function takesMessages(number: PhoneNumber | undefined): boolean {
  return number?.isValid() === true && ['MOBILE', 'FIXED_LINE_OR_MOBILE'].includes(number.getType() ?? '');
}

/** A number as somebody wrote it, in ASCII digits and without what stands around it. At most some hundred characters. */
export function writtenNumber(plain: string): string {
  return unwrap(asciiDigits(plain));
}

/** What stands around a number in lists, links and spreadsheets and is not part of it. */
function unwrap(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/^=\s*(?=")/, '') // ="0151…" keeps a spreadsheet from reading it as a number
    .replace(/^[\s"'\u2018\u2019\u201c\u201d\u201e`]+|[\s"'\u2018\u2019\u201c\u201d`.,;:]+$/g, '')
    .replace(label, '')
    .trim();
}

/**
 * What a spreadsheet made of a number that it took for an amount: "1701234567.0", "4.47911123456E+11".
 *
 * @returns the digits; null where they are not all there; undefined where it is no amount
 */
function fromSpreadsheet(text: string): string | null | undefined {
  const power = /^(\+?)(\d+)(?:[.,](\d*))?e\+?(\d{1,3})$/i.exec(text);
  if (power) {
    const [, plus, whole = '', decimals = '', exponent] = power;
    return decimals.length === Number(exponent) && whole.length === 1 ? `${plus}${whole}${decimals}` : null;
  }
  const amount = /^(\+?\d+)[.,]0{1,2}$/.exec(text);
  if (amount) return amount[1];
  // 0151.2345678.0: neither an amount nor how anybody groups a number.
  return /\d[.,]0$/.test(text) ? null : undefined;
}

/** "0151 2345678 / 0170 1234567", and "030 123456/7" or "030 123456-7/-8", which stands for two numbers, too. */
function holdsTwo(text: string): boolean {
  const parts = text.split(/[/,;|\n&]|\s(?:or|oder|ou|o|and|und|et|y)\s/i).map((part) => part.replace(/\D/g, '').length);
  return parts.filter((digits) => digits >= 5).length > 1 || /^(?:\D*\d){6,}\D*\/\D*\d{1,3}$/.test(text) || /\d[^e]*\+\s*\d/i.test(text);
}

/** Arabic and Persian, Devanagari, Bengali and Thai digits. */
function asciiDigits(text: string): string {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59]/g, (digit) => {
    const code = digit.charCodeAt(0);
    return String(code >= 0x966 && code <= 0x9ef ? (code & 0xf) - 6 : code & 0xf);
  });
}
