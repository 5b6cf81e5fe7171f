import type { Database } from '#db/database.ts';
import type { Auth } from './auth.server.ts';
import { forgetFirstPassword } from './first-password.server.ts';
import { listAdministrators } from './people.server.ts';
import { readablePassword } from './readable-password.server.ts';

/** Of better-auth's settings (sessions.server.ts). */
const LENGTH = { least: 10, most: 256 };

/** Says why not, for whoever sits at the machine. */
export class PasswordRefused extends Error {
  override name = 'PasswordRefused';
}

export interface GivenPassword {
  name: string;
  email: string;
  role: string;
  disabled: boolean;
  password: string;
  /** How many sessions ended. */
  sessions: number;
}

/**
 * A new password for an account, asked for at the machine itself (`npm run reset-password`) and so without a session: in the pages it is
 * resetPassword. All sessions of the account end.
 *
 * @param wanted null: one is made
 * @throws PasswordRefused where there is no such account, or the password is too short or too long
 */
export async function givePassword(
  { auth, db }: { auth: Auth; db: Database },
  email: string,
  wanted: string | null,
): Promise<GivenPassword> {
  const { rows } = await db.pool.query<{ id: string; name: string; email: string; role: string | null; disabled: boolean }>(
    `select id::text, name, email, role, coalesce(banned, false) as disabled from app_users where lower(email) = lower($1)`,
    [email.trim()],
  );
  const user = rows[0];
  if (!user) {
    const administrators = await listAdministrators(db);
    const who =
      administrators.length > 0
        ? `Administrators: ${administrators.map((one) => one.email).join(', ')}.`
        : 'There is no account yet: the first `npm run web` makes one.';
    throw new PasswordRefused(`Nobody here signs in with ${email.trim()}. ${who}`);
  }
  if (wanted !== null && (wanted.length < LENGTH.least || wanted.length > LENGTH.most))
    throw new PasswordRefused(`A password has ${LENGTH.least} to ${LENGTH.most} characters. Nothing was changed.`);

  const password = wanted ?? readablePassword();
  const { internalAdapter, password: passwords } = await auth.sessions.$context;
  const hash = await passwords.hash(password);
  if (await internalAdapter.findCredentialAccount(user.id)) await internalAdapter.updatePassword(user.id, hash);
  else await internalAdapter.createAccount({ userId: user.id, providerId: 'credential', accountId: user.id, password: hash });
  const { rowCount } = await db.pool.query('delete from app_sessions where user_id = $1', [user.id]);
  await forgetFirstPassword(db.pool, user.email);
  return { name: user.name, email: user.email, role: user.role ?? 'none', disabled: user.disabled, password, sessions: rowCount ?? 0 };
}
