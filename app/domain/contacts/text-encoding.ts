/** What a contact file's text may be written in, most likely first; names of the Encoding Standard, which Node and browsers read alike. */
export const encodings = [
  ['utf-8', 'Unicode (UTF-8)'],
  ['utf-16le', 'Unicode (UTF-16)'],
  ['utf-16be', 'Unicode (UTF-16, big-endian)'],
  ['windows-1252', 'Western European (Windows)'],
  ['windows-1250', 'Central European (Windows)'],
  ['windows-1251', 'Cyrillic (Windows)'],
  ['windows-1254', 'Turkish (Windows)'],
  ['windows-1253', 'Greek (Windows)'],
  ['iso-8859-15', 'Western European (ISO)'],
  ['macintosh', 'Western European (Mac)'],
  ['koi8-r', 'Cyrillic (KOI8-R)'],
  ['ibm866', 'Cyrillic (DOS)'],
  ['iso-8859-2', 'Central European (ISO)'],
  ['iso-8859-5', 'Cyrillic (ISO)'],
  ['shift_jis', 'Japanese (Shift_JIS)'],
  ['euc-jp', 'Japanese (EUC-JP)'],
  ['gb18030', 'Chinese, simplified (GB18030)'],
  ['big5', 'Chinese, traditional (Big5)'],
  ['euc-kr', 'Korean (EUC-KR)'],
  ['windows-1255', 'Hebrew (Windows)'],
  ['windows-1256', 'Arabic (Windows)'],
  ['windows-1257', 'Baltic (Windows)'],
  ['windows-1258', 'Vietnamese (Windows)'],
  ['windows-874', 'Thai (Windows)'],
] as const;
export type Encoding = (typeof encodings)[number][0];

const names = new Set<string>(encodings.map(([name]) => name));

/** The encoding that a charset or a person names ("latin1", "cp1251", "SJIS"); null where there is none. UTF-16 alone is little-endian. */
export function encodingNamed(label: string): Encoding | null {
  const wanted = label
    .trim()
    .toLowerCase()
    .replace(/^["']|["']$/g, '');
  const spelled = wanted
    .replace(/^(?:cp|win|windows)[-_ ]?(125\d)$/, 'windows-$1')
    .replace(/^utf[-_ ]?(8|16)(?:[-_ ]?(le|be))?(?:[-_ ]?(?:sig|bom))?$/, 'utf-$1$2')
    .replace(/^(?:latin|iso)[-_ ]?(1|9)$/, (_, part) => (part === '1' ? 'latin1' : 'iso-8859-15'))
    .replace(/^(?:iso)?[-_ ]?8859[-_ ](\d+)$/, 'iso-8859-$1')
    .replace(/^euc[-_ ]?(jp|kr)$/, 'euc-$1')
    .replace(/^koi8[-_ ]?r$/, 'koi8-r')
    .replace(/^(?:mac|mac-?roman)$/, 'macintosh')
    .replace(/^(?:gbk|gb2312|cp936)$/, 'gb18030');
  try {
    const found = new TextDecoder(spelled.replace(/^(?:cp932|ms932)$/, 'shift_jis').replace(/^cp949$/, 'euc-kr')).encoding;
    return names.has(found) ? (found as Encoding) : found === 'gbk' ? 'gb18030' : null;
  } catch {
    return null;
  }
}

/** Letters that each language of an encoding has beside a to z. */
const latin: Record<string, string[]> = {
  'windows-1252': ['äöüß', 'éèêëàâçîïôùûüœæ', 'áéíóúñü', 'ãõáéíóúâêôçà', 'àèéìòù', 'åäö', 'æøåé', 'áðéíóúýþæö', 'ëéïöü'],
  macintosh: ['äöüß', 'éèêëàâçîïôùûüœæ', 'áéíóúñü', 'ãõáéíóúâêôçà', 'àèéìòù', 'åäö', 'æøåé'],
  'windows-1250': ['ąćęłńóśźż', 'áčďéěíňóřšťúůýž', 'áäčďéíĺľňóôŕšťúýž', 'áéíóöőúüű', 'ăâîşţ', 'čćđšž'],
  'iso-8859-2': ['ąćęłńóśźż', 'áčďéěíňóřšťúůýž', 'áéíóöőúüű', 'čćđšž'],
  'windows-1254': ['çğıöşüâîû'],
  'windows-1257': ['āčēģīķļņšūž', 'ąčęėįšųūž', 'äõöüšž'],
};
const other: Partial<Record<Encoding, RegExp>> = {
  'windows-1251': /^[\p{Script=Cyrillic}]+$/u,
  'koi8-r': /^[\p{Script=Cyrillic}]+$/u,
  ibm866: /^[\p{Script=Cyrillic}]+$/u,
  'windows-1253': /^[\p{Script=Greek}]+$/u,
  'windows-1255': /^[\p{Script=Hebrew}]+$/u,
  'windows-1256': /^[\p{Script=Arabic}]+$/u,
  'windows-874': /^[\p{Script=Thai}]+$/u,
  shift_jis: /^(?:[\u3041-\u30ff\u4e00-\u9fff々])+$/u,
  'euc-jp': /^(?:[\u3041-\u30ff\u4e00-\u9fff々])+$/u,
  gb18030: /^[\u4e00-\u9fff]+$/u,
  big5: /^[\u4e00-\u9fff]+$/u,
  'euc-kr': /^[\uac00-\ud7a3]+$/u,
};
/** Where two readings are as good, the earlier in the list is taken. Rare ones have to be better by this much. */
const rare: Partial<Record<Encoding, number>> = {
  'windows-1257': 0.1,
  'windows-1256': 0.15,
  'windows-874': 0.15,
  'windows-1255': 0.15,
  ibm866: 0.15,
  big5: 0.1,
  'euc-jp': 0.05,
  gb18030: 0.05,
};
const candidates = encodings.map(([name]) => name).filter((name) => latin[name] || other[name]);

/**
 * Guesses the encoding of text that is no Unicode, from lines that have letters beyond ASCII. Each reading is judged word by word: are its
 * letters those of one language, in a case that people write, or do signs stand in the middle of names?
 *
 * @returns the best, and whether the next best would read otherwise and is nearly as good
 */
export function guessEncoding(bytes: Uint8Array): { encoding: Encoding; sure: boolean } {
  const readings = candidates
    .map((encoding) => {
      const text = new TextDecoder(encoding).decode(bytes);
      return { encoding, text, score: scoreText(text, encoding) - (rare[encoding] ?? 0) };
    })
    .sort((a, b) => b.score - a.score);
  const [best, ...rest] = readings as [(typeof readings)[number], ...typeof readings];
  const next = rest.find(({ text }) => text !== best.text);
  return { encoding: best.encoding, sure: best.score > 0.8 && (next === undefined || best.score - next.score > 0.15) };
}

function scoreText(text: string, encoding: Encoding): number {
  if (text.includes('\ufffd')) return -10;
  // Typographic signs around words are in all of them.
  const plain = text.replace(/[\u2018-\u201f\u2013\u2014\u2026\u2022\u20ac\u00ab\u00bb\u00a0\u2122]/g, ' ');
  const words = plain.split(/[\s,;|"()<>@./_\d-]+/).filter((word) => /\P{ASCII}/u.test(word));
  if (words.length === 0) return 0.5;
  // A list whose names nearly all are of one language: with two of them as good, that speaks for it, where it is not one name again and again.
  const language = Math.max(
    0,
    ...(latin[encoding] ?? []).map((alphabet) => words.filter((word) => isOf(alphabet, word)).length / words.length),
  );
  return (
    words.reduce((sum, word) => sum + scoreWord(word, encoding), 0) / words.length + (new Set(words).size > 2 && language > 0.9 ? 0.2 : 0)
  );
}

function isOf(alphabet: string, word: string): boolean {
  return [...word.toLowerCase().replace(/\u0307/g, '')].every((letter) => /\p{ASCII}/u.test(letter) || alphabet.includes(letter));
}

function scoreWord(word: string, encoding: Encoding): number {
  const strange = [...word].filter((letter) => /\P{ASCII}/u.test(letter));
  if (strange.some((letter) => !/[\p{L}\p{M}]/u.test(letter))) return /^[\p{L}\p{M}]/u.test(strange.join('')) ? -0.6 : -1;
  const script = other[encoding];
  const cased = /\p{Ll}\p{Lu}|^\p{Lu}{2,}\p{Ll}/u.test(word) && !/^(?:Mc|Mac|De|Le|La|Di|O')\p{Lu}/u.test(word) ? -0.5 : 0;
  if (script) {
    const whole = script.test(word.replace(/['\u2019]/g, ''));
    // Two letters of a large character set go together in any text: words of three and more, or kana, say more.
    const han = /^\p{Script=Han}+$/u.test(word) ? 0.85 : 1;
    return (
      (!whole ? -0.8 : word.length > 1 || encoding === 'shift_jis' || encoding === 'gb18030' || encoding === 'big5' ? han : 0.2) + cased
    );
  }
  const lower = word.toLowerCase();
  const letters = [...lower].filter((letter) => /\P{ASCII}/u.test(letter));
  const known = (latin[encoding] ?? []).some((alphabet) => isOf(alphabet, word));
  const share = letters.length / Math.max(1, [...lower].length);
  return (known ? 1 : 0.3) + cased - (share === 1 && lower.length > 1 ? 0.8 : 0);
}
