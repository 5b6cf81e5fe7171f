import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { audit } from './audit.server.ts';
import type { Auth } from './auth.server.ts';
import { PASSWORD_LENGTH as LENGTH } from './own-password.ts';
import { endFormerAccess, hashInTurn, setPasswordHash } from './password-hash.server.ts';
import { passwordProblem } from './password-problem.server.ts';
import { listAdministrators } from './people.server.ts';
import { readablePassword } from './readable-password.server.ts';
import { forgetSecondFactor, hasSecondFactor } from './second-factor.server.ts';

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
  /** Whether the sign-in asks for a code, too. */
  secondFactor: 'none' | 'stays' | 'removed';
}

/**
 * A new password for an account, asked for at the machine itself (`npm run reset-password`) and so without a session: in the pages it is
 * a link. All sessions of the account end.
 *
 * @param wanted null: one is made
 * @param removesSecondFactor else it stays: who only forgot the password still has their phone
 * @throws PasswordRefused where there is no such account, or the password is none (password-problem.server.ts)
 */
export async function givePassword(
  { auth, db }: { auth: Auth; db: Database },
  email: string,
  wanted: string | null,
  removesSecondFactor = false,
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
        : 'There is no administrator who can sign in; where there never was one, the web process says at its start how the first is made.';
    throw new PasswordRefused(`Nobody here signs in with ${email.trim()}. ${who}`);
  }
  if (wanted !== null && (wanted.length < LENGTH.least || wanted.length > LENGTH.most))
    throw new PasswordRefused(`A password has ${LENGTH.least} to ${LENGTH.most} characters. Nothing was changed.`);
  const problem = wanted === null ? null : passwordProblem(wanted, user);
  if (problem) throw new PasswordRefused(`${problem} Nothing was changed.`);

  const password = wanted ?? readablePassword();
  const hash = await hashInTurn(auth, password, true);
  const { id, name, disabled } = user;
  const made = await inTransaction(db.pool, async (client): Promise<Pick<GivenPassword, 'sessions' | 'secondFactor'>> => {
    const object = { type: 'person', id, name };
    await setPasswordHash(client, id, hash);
    const { sessions } = await endFormerAccess(client, id, null);
    await audit(client, { action: 'person.password', object, after: { by: 'command' } });
    await client.query(
      `insert into emergency_passwords (user_id, until) values ($1, now() + interval '1 hour') on conflict (user_id) do update set until = excluded.until`,
      [id],
    );
    if (!(await hasSecondFactor(client, id))) return { sessions, secondFactor: 'none' };
    if (!removesSecondFactor) return { sessions, secondFactor: 'stays' };
    await forgetSecondFactor(client, id);
    await audit(client, { action: 'person.factor_end', object, after: { by: 'command' } });
    return { sessions, secondFactor: 'removed' };
  });
  return { name, email: user.email, role: user.role ?? 'none', disabled, password, ...made };
}

/** Where passwords are switched off: was this account's set at the machine itself within the hour? */
export async function hasEmergency(db: Database, userId: string): Promise<boolean> {
  const { rowCount } = await db.pool.query('select from emergency_passwords where user_id::text = $1 and until > now()', [userId]);
  return rowCount === 1;
}
