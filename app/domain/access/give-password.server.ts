import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { audit } from './audit.server.ts';
import type { Auth } from './auth.server.ts';
import { PASSWORD_LENGTH as LENGTH } from './own-password.ts';
import { endFormerAccess, hashInTurn, setPasswordHash } from './password-hash.server.ts';
import { listAdministrators } from './people.server.ts';
import { readablePassword } from './readable-password.server.ts';

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
 * a link. All sessions of the account end.
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
  const hash = await hashInTurn(auth, password, true);
  const { id, name, disabled } = user;
  const sessions = await inTransaction(db.pool, async (client) => {
    await setPasswordHash(client, id, hash);
    const ended = await endFormerAccess(client, id, null);
    await audit(client, { action: 'person.password', object: { type: 'person', id, name }, after: { by: 'command' } });
    return ended.sessions;
  });
  return { name, email: user.email, role: user.role ?? 'none', disabled, password, sessions };
}
