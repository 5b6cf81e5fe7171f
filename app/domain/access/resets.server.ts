import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { conflict, notFound, Problem } from '../problem.ts';
import { LINK_HOURS } from './access-link.ts';
import { type MailSettings, mailLink, resetMail } from './access-mail.server.ts';
import { audit } from './audit.server.ts';
import type { Auth } from './auth.server.ts';
import { forgetOldLinks } from './invitations.server.ts';
import { newLinkSecret } from './link-secret.server.ts';
import { assertPasswords } from './password-hash.server.ts';
import { assertRuns } from './people-guard.server.ts';
import { refuse } from './refusals.server.ts';
import type { Viewer } from './roles.ts';

/** Whose link it is; the secret stands in this answer only. */
export interface MadeReset {
  name: string;
  email: string;
  token: string;
}

/**
 * A link by which somebody chooses another password. Until it is used the account stays as it is.
 *
 * @throws Problem 403, 404, 409 for a disabled account
 */
export async function makeReset(db: Database, viewer: Viewer, userId: string): Promise<MadeReset> {
  assertRuns(viewer);
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<{ name: string; email: string; disabled: boolean }>(
      'select name, email, coalesce(banned, false) as disabled from app_users where id::text = $1',
      [userId],
    );
    const person = rows[0];
    if (!person) throw notFound('There is nobody');
    if (person.disabled) throw conflict(`The account of ${person.name} is disabled. Enable it first.`, 'disabled');
    const token = await addReset(client, { id: userId, ...person }, viewer, LINK_HOURS.reset);
    return { ...person, token };
  });
}

interface Account {
  id: string;
  name: string;
  email: string;
}

async function addReset(client: PoolClient, { id, name, email }: Account, by: Viewer | null, hours: number): Promise<string> {
  await forgetOldLinks(client);
  const { token, hash } = newLinkSecret();
  await client.query(
    `insert into access_links (kind, hash, email, name, user_id, created_by, expires_at)
     values ('reset', $1, $2, $3, $4, $5, now() + $6 * interval '1 hour')`,
    [hash, email, name, id, by?.label ?? null, hours],
  );
  await audit(client, {
    action: 'person.link',
    ...(by && { actor: by }),
    object: { type: 'person', id, name },
    after: { by: by ? 'administrator' : 'forgotten', hours },
  });
  return token;
}

interface Forgotten {
  auth: Auth;
  db: Database;
  env: MailSettings;
  log: { error(what: object, words: string): void };
}

/**
 * Somebody forgot their password: where the address has an account a link goes there. The answer is the same, and comes as fast, whether
 * there is one, it is disabled, or had its three mails in this hour.
 *
 * @param address who asks, counted: 10 times in an hour
 * @returns when the mail is on its way or there is none; not for the reader to wait for
 * @throws Problem 429
 */
export async function requestReset(access: Forgotten, email: string, address: string): Promise<{ done: Promise<void> }> {
  const { auth, log } = access;
  assertPasswords(auth);
  try {
    await auth.forgotten.address.consume(keyOf(address));
  } catch (limit) {
    if (!(limit instanceof RateLimiterRes)) throw limit;
    const minutes = Math.ceil(limit.msBeforeNext / 60_000);
    throw new Problem(429, 'rate_limited', `Too many tries. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again.`, {
      retryAfterS: limit.msBeforeNext / 1000,
    });
  }
  const done = mailReset(access, email.trim().toLowerCase().slice(0, 320)).catch((error: unknown) => {
    log.error({ err: error }, 'a link to a new password could not be mailed');
  });
  return { done };
}

async function mailReset({ auth, db, env, log }: Forgotten, email: string): Promise<void> {
  const { rows } = await db.pool.query<Account>(
    // Who only ever came through the provider gets no second way in, past what it asks of them and after it has let them go.
    `select id::text, name, email from app_users u where lower(email) = $1 and banned is not true
       and not ($2 and exists (select from app_accounts a where a.user_id = u.id and a.provider_id = 'oidc')
         and not exists (select from app_accounts a where a.user_id = u.id and a.provider_id = 'credential' and a.password is not null))`,
    [email, auth.oidc !== null && auth.oidc !== undefined],
  );
  const account = rows[0];
  if (!account) {
    refuse({ action: 'person.link', refused: 'There is no such account, it is disabled, or it has no password.' });
    return;
  }
  const counted = await auth.forgotten.account.consume(keyOf(email)).catch((limit: unknown) => {
    if (limit instanceof RateLimiterRes) return null;
    throw limit;
  });
  if (!counted) {
    refuse({ action: 'person.link', refused: 'This account had three mails in this hour.', object: { type: 'person', ...account } });
    return;
  }
  const token = await inTransaction(db.pool, (client) => addReset(client, account, null, LINK_HOURS.forgotten));
  const refusal = await mailLink(db, env, resetMail(env.baseUrl, account, token, LINK_HOURS.forgotten));
  if (refusal) log.error({ reason: refusal }, 'a link to a new password could not be mailed');
}

const keyOf = (text: string) => createHash('sha256').update(text).digest('base64url');
