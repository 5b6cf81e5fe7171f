import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

type Source = Readonly<Record<string, string | undefined>>;

/** Bytes; a secret is some dozens. */
const MOST = 65_536;

/** Why a file does not give a secret, in a sentence that begins with the variable's name and does not show what is in the file. */
export class SecretFileError extends Error {
  override name = 'SecretFileError';
}

/** The variable that names a file in which another's value stands, as Docker's and Kubernetes' secrets do. */
export const fileVariable = (name: string): string => `${name}_FILE`;

/** Is there a value, here or in a file? */
export const isGiven = (source: Source, name: string): boolean => Boolean(source[name]?.trim() || source[fileVariable(name)]?.trim());

/**
 * A secret's value: the variable's own, or what stands in the file that `NAME_FILE` names, without the line break at its end. Undefined where neither is
 * set; an empty variable counts as absent.
 *
 * @throws SecretFileError where both are set, or the file cannot be read, is empty, no text, or no file
 */
export function secretValue(source: Source, name: string): string | undefined {
  const own = source[name]?.trim() || undefined;
  const path = source[fileVariable(name)]?.trim();
  if (!path) return own;
  const refuse = (why: string) => new SecretFileError(`${fileVariable(name)} ${why}`);
  if (own !== undefined) throw refuse(`and ${name} are both set: take one of them away.`);
  const text = readText(path, refuse);
  const value = text.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
  if (value.trim() === '') throw refuse(`names the file ${path}, and that is empty.`);
  if (/[\r\n]/.test(value)) throw refuse(`names the file ${path}, and that has more than one line.`);
  return value;
}

function readText(path: string, refuse: (why: string) => SecretFileError): string {
  let bytes: Buffer;
  try {
    // Not to wait for somebody who writes, where it is a pipe.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!fstatSync(file).isFile()) throw refuse(`names ${path}, and that is no file.`);
      bytes = Buffer.alloc(MOST + 1);
      bytes = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof SecretFileError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const why = { ENOENT: 'does not exist', EACCES: 'may not be read by this user', EISDIR: 'is no file' }[code ?? ''];
    throw refuse(`names the file ${path}, and that ${why ?? `cannot be read (${code})`}.`);
  }
  if (bytes.length > MOST) throw refuse(`names the file ${path}, and that is larger than ${MOST / 1_024} kB.`);
  const text = bytes.toString('utf8');
  if (text.includes('\u0000') || text.includes('\uFFFD')) throw refuse(`names the file ${path}, and that is no text.`);
  return text;
}
