/**
 * Marks that nobody sees and that copying leaves behind: direction marks and isolates, zero-width blanks, soft hyphens, byte order marks.
 * A zero-width joiner between two letters of another script belongs to them (it makes another domain name) and stays.
 */
const invisible =
  /(?!\u200c|\u200d)[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]|(?<!\P{ASCII})[\u200c\u200d]|[\u200c\u200d](?!\P{ASCII})/gu;

/** An address, a number or what somebody looks for, as it reads: no invisible marks, full-width forms as ASCII, no blanks around it. */
export function plainText(raw: string): string {
  // Nearly everything is plain ASCII already, and there are millions of them.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: "not ASCII" is the question
  if (!/[^\u0000-\u007f]/.test(raw)) return trimValue(raw);
  return trimValue(
    raw
      .replace(invisible, '')
      .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
      .replaceAll('\ufe6b', '@'),
  );
}

// The marks of emoji (variation selectors, tags) and joiners end names that are whole, and stay. NUL is for whoever reads the file to refuse.
// biome-ignore lint/suspicious/noControlCharactersInRegex: old programs end files and cells with them
const edge = /[\s\u0001-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/;

/** A value of a contact as it is kept: blanks and invisible marks around it are not part of it. What stands inside stays. */
export function trimValue(value: string): string {
  let start = 0;
  let end = value.length;
  // Letter by letter: an expression that looks for blanks before the end starts anew at each of a million of them.
  while (start < end && isEdge(value, start)) start++;
  while (end > start && isEdge(value, end - 1)) end--;
  return start === 0 && end === value.length ? value : value.slice(start, end);
}

function isEdge(value: string, at: number): boolean {
  const code = value.charCodeAt(at);
  return code <= 32 ? code !== 0 : code >= 127 && edge.test(value[at] as string);
}
