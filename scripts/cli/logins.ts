import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const schema = z.object({ current: z.string().nullable(), keys: z.record(z.string(), z.string()) });

/** Keys by the Rollcall that they are for, and the one that is meant where none is named. */
type Logins = z.infer<typeof schema>;

const fileOf = (env: Record<string, string | undefined>) =>
  join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'rollcall', 'logins.json');

/** @throws Error where the file is there and is not one of ours */
export async function readLogins(env: Record<string, string | undefined>): Promise<Logins> {
  const text = await readFile(fileOf(env), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return { current: null, keys: {} };
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new Error(`${fileOf(env)} is not what rollcall login writes. Remove it and log in again.`);
  }
}

/** Whole or not at all, and for its owner alone. @returns the file */
export async function writeLogins(env: Record<string, string | undefined>, logins: Logins): Promise<string> {
  const file = fileOf(env);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.${process.pid}`, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.${process.pid}`, file);
  return file;
}
