import { createHash } from 'node:crypto';
import { COMMON } from './common-passwords.server.ts';
import { PASSWORD_LENGTH } from './own-password.ts';

/** Whose password it is to be. */
interface Owner {
  email: string;
  name: string;
}

/**
 * Why this cannot be somebody's new password, in a sentence that says what to do; null where it can. The one place for invitations, links,
 * one's own account, the first administrator and `npm run reset-password`. What somebody has already is not asked again.
 */
export function passwordProblem(password: string, owner: Owner): string | null {
  const { least, most } = PASSWORD_LENGTH;
  if (password.length < least) return `The password is too short; the least is ${least} characters.`;
  if (password.length > most) return `The password is too long; the most is ${most} characters.`;
  const plain = plainOf(password);
  if (new Set(plain).size < 4) return 'This password repeats itself too much. Choose one with more different characters.';
  if (isCommon(plain))
    return 'Many people have this password, so it is tried first. Choose three or four words that nobody would put together.';
  if (namesOwner(plain, owner))
    return 'The name or the email address is part of this password, and others know it. Choose words that have nothing to do with whose it is.';
  if (joined(plain).includes('rollcall'))
    return 'The word Rollcall is part of this password, so it is tried first. Leave it out, and put other words in its place.';
  return null;
}

/** Six bytes of a hash: nobody has to read what people choose, and no other password of any length has the same by chance. */
export const markOfPassword = (plain: string): string => createHash('sha256').update(plain).digest().subarray(0, 6).toString('base64');

/** What is too short for that list, and is made long enough by a year or a number: the first that are tried. */
const STEMS = new Set(
  `password passwort passw0rd admin welcome monkey dragon sunshine princess letmein football baseball iloveyou qwerty qwertz azerty shadow master
  superman batman michael jordan charlie hunter tigger soccer summer winter spring autumn flower secret starwars computer whatever hello freedom
  trustno ninja mustang access google changeme default login test qwertyuiop asdfgh zxcvbn abc abcd abcdef abcdefg p@ssword p@ssw0rd pa$$word`.split(
    /\s+/,
  ),
);

let marks: Set<string> | undefined;
function isCommon(plain: string): boolean {
  marks ??= new Set(COMMON.match(/.{8}/g));
  // "monkey", "Monkey1" and "monkey2026!" are one idea.
  const end = /[^\p{L}]{0,5}$/u.exec(plain)?.[0].length ?? 0;
  const stem = plain.slice(0, /[^\p{L}]*$/u.exec(plain)?.index);
  return (
    STEMS.has(stem) ||
    Array.from({ length: end + 1 }, (_, cut) => plain.slice(0, plain.length - cut)).some((one) => marks?.has(markOfPassword(one)))
  );
}

function namesOwner(plain: string, { email, name }: Owner): boolean {
  const local = email.split('@')[0] ?? '';
  const words = new Set([...plain.split(/[^\p{L}\p{N}]+/u), ...plain.split(/[^\p{L}]+/u)]);
  const parts = [name, local].flatMap((one) => plainOf(one).split(/[^\p{L}\p{N}]+/u));
  // Three or four letters are in many words by chance, two are whole words.
  if (parts.some((part) => (part.length > 4 ? plain.includes(part) : part.length > 2 && words.has(part)))) return true;
  return [name, local].map((one) => joined(plainOf(one))).some((whole) => whole.length > 5 && joined(plain).includes(whole));
}

const plainOf = (text: string) => text.normalize('NFKC').toLowerCase();
const joined = (plain: string) => plain.replace(/[^\p{L}\p{N}]+/gu, '');
