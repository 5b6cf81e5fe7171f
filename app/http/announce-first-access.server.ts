import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppContext } from '../config/context.server.ts';
import { ensureFirstAccess } from '../domain/access/first-access.server.ts';
import { setupUrl } from '../domain/access/link-secret.server.ts';
import { makeFolder } from '../domain/make-folder.server.ts';

/**
 * Makes the first sign-in and the first API key, and hands them over: the key as a file, a generated password to the supervisor's terminal or
 * this process's own output, at each start until somebody has signed in. It never goes through the logger. Where no sign-in is to be made up, it is a
 * link by which whoever reads it makes the first administrator. A supervisor is told when that is done.
 */
export async function announceFirstAccess(context: AppContext): Promise<void> {
  // `npm start` is for one's own machine. A web process by itself may be open to the net: who reads its log makes the first administrator.
  // Other supervisors have a channel to their processes, too; `npm start` says that it is itself.
  const launched = process.send !== undefined && process.env.ROLLCALL_LAUNCHER === '1';
  const { admin, setupToken, apiKey, weakPassword } = await ensureFirstAccess(context, launched);
  // Taken all the same: an installation that is set up by a program starts as it always did.
  if (weakPassword)
    context.log.warn(`ADMIN_PASSWORD is used, and is none to keep. ${weakPassword} Change it in the account, after the sign-in.`);
  if (apiKey) keepFirstKey(context, apiKey);
  if (setupToken) {
    say(`Nobody can sign in yet. Make the first administrator at ${setupUrl(context.env.baseUrl, setupToken)} (shown until that is done)`);
  }
  if (launched) {
    if (admin) process.send?.({ firstSignIn: admin });
    process.send?.({ ready: true });
  } else if (admin?.password) {
    say(`Sign in with ${admin.email} and ${admin.password} (shown until somebody has signed in)`);
  }
}

function say(line: string): void {
  process.stdout.write(process.stdout.isTTY ? `\n${line}\n\n` : `${JSON.stringify({ level: 30, time: Date.now(), msg: line })}\n`);
}

/** A key is made again with a click; that this one is nobody's is no reason to stay away, and to keep the password for oneself. */
export function keepFirstKey({ env, log }: Pick<AppContext, 'env' | 'log'>, apiKey: string): void {
  const file = join(env.dataDir, 'api-key');
  try {
    makeFolder(env.dataDir);
    writeFileSync(file, `${apiKey}\n`, { mode: 0o600 });
    chmodSync(file, 0o600); // a file that was there before keeps its mode otherwise
  } catch (error) {
    log.warn(
      `The first API key could not be kept in ${file} (${(error as Error).message}), and nobody has it. Revoke it under Settings, API keys, and make one there.`,
    );
  }
}
