import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { audit } from './audit.server.ts';
import { isRefusalOfOidc, OidcRefusal } from './oidc-refusal.ts';
import { type Claims, emailOf, nameOf, type OidcSettings, roleOf } from './oidc-settings.ts';
import { oneAtATime } from './people-guard.server.ts';
import { type Role, roleLabels } from './roles.ts';

interface Row {
  id: string;
  name: string;
  email: string;
  role: string | null;
  disabled: boolean;
}

const columns = `u.id::text, u.name, u.email, u.role, coalesce(u.banned, false) as disabled`;

/**
 * Whose account it is that the provider sent: the one that it sent before; else the one of the same address, where the provider says that the address
 * is theirs and it is nobody else's there; else a new one. Its role is what the provider says now.
 *
 * @throws OidcRefusal `no_role`, `no_email`, `unverified`, `taken`, `disabled`
 */
export async function accountOf(
  db: Database,
  settings: OidcSettings,
  subject: string,
  claims: Claims,
): Promise<{ id: string; name: string; email: string }> {
  // As the signed answer spells it: the setting may have a slash more or less.
  const accountId = `${claims.iss} ${subject}`;
  const role = roleOf(claims, settings);
  const came = await inTransaction(db.pool, async (client) => {
    await oneAtATime(client);
    const known = await findLinked(client, accountId);
    if (known?.disabled) throw new OidcRefusal('disabled', objectOf(known));
    if (role === null && !known) throw new OidcRefusal('no_role');
    const account = known ?? (await linked(client, settings, accountId, claims, role ?? undefined));
    if (role === undefined || account.role === role) return account;
    const last = account.role === 'admin' && (await isLastAdmin(client, account));
    if (last) await keepLastAdmin(client, account, role);
    else if (role) await changeRole(client, settings, account, role);
    else {
      // Kept, though nobody comes in: what was open elsewhere ends with the right to it.
      await client.query('delete from app_sessions where user_id::text = $1', [account.id]);
      return new OidcRefusal('no_role', objectOf(account));
    }
    return account;
  });
  if (isRefusalOfOidc(came)) throw came;
  return came;
}

async function findLinked(client: PoolClient, accountId: string): Promise<Row | undefined> {
  const { rows } = await client.query<Row>(
    // never null: id, name, email, disabled

    `select ${columns} from app_accounts a join app_users u on u.id = a.user_id where a.provider_id = 'oidc' and a.account_id = $1`,
    [accountId],
  );
  return rows[0];
}

/** An account of the same address, or a new one, that belongs to this person of the provider from now on. */
async function linked(client: PoolClient, settings: OidcSettings, accountId: string, claims: Claims, role: Role | undefined): Promise<Row> {
  const { email, confirmed } = emailOf(claims, settings);
  if (!email) throw new OidcRefusal('no_email');
  if (!confirmed) throw new OidcRefusal('unverified');
  const { rows } = await client.query<Row & { taken: boolean }>(
    // never null: id, name, email, disabled, taken

    `select ${columns},
       exists (select from app_accounts a where a.user_id = u.id and a.provider_id = 'oidc' and starts_with(a.account_id, $2)) as taken
     from app_users u where lower(u.email) = $1`,
    [email, `${claims.iss} `],
  );
  const found = rows[0];
  if (found?.taken) throw new OidcRefusal('taken', objectOf(found));
  if (found?.disabled) throw new OidcRefusal('disabled', objectOf(found));
  const wanted = role ?? settings.defaultRole;
  if (!found && !wanted) throw new OidcRefusal('no_role');
  const account = found ?? (await addAccount(client, settings, nameOf(claims), email, wanted as Role));
  await client.query(`insert into app_accounts (account_id, provider_id, user_id, updated_at) values ($1, 'oidc', $2::uuid, now())`, [
    accountId,
    account.id,
  ]);
  if (found) {
    await audit(client, {
      action: 'person.change',
      actor: actorOf(found),
      object: objectOf(found),
      after: { signs_in_through: settings.issuer },
    });
  }
  return account;
}

async function addAccount(client: PoolClient, { issuer }: OidcSettings, name: string, email: string, role: Role): Promise<Row> {
  const { rows } = await client.query<Row>(
    // never null: id, name, email, disabled

    `insert into app_users as u (name, email, email_verified, role) values ($1, $2, true, $3) returning ${columns}`,
    [name, email, role],
  );
  const account = rows[0] as Row;
  // They are here: a link that would make their account has no use any more.
  await client.query(
    `update access_links set revoked_at = now() where kind = 'invitation' and lower(email) = $1 and used_at is null and revoked_at is null`,
    [email],
  );
  await audit(client, {
    action: 'person.add',
    actor: actorOf(account),
    object: objectOf(account),
    after: { email, role, signs_in_through: issuer },
  });
  return account;
}

async function isLastAdmin(client: PoolClient, { id }: Row): Promise<boolean> {
  const others = await client.query(`select from app_users where role = 'admin' and banned is not true and id::text <> $1`, [id]);
  return !others.rowCount;
}

/** The last administrator stays one, whatever the provider says: nobody could change anything any more. */
async function keepLastAdmin(client: PoolClient, account: Row, role: Role | null): Promise<void> {
  await audit(client, {
    action: 'person.role',
    actor: actorOf(account),
    object: objectOf(account),
    refused: `The provider says ${role ? roleLabels[role].toLowerCase() : 'no role'}, but this is the last administrator.`,
  });
}

async function changeRole(client: PoolClient, { issuer }: OidcSettings, account: Row, role: Role): Promise<void> {
  await client.query('update app_users set role = $2, updated_at = now() where id::text = $1', [account.id, role]);
  await audit(client, {
    action: 'person.role',
    actor: actorOf(account),
    object: objectOf(account),
    before: { role: account.role },
    after: { role, by: issuer },
  });
}

const objectOf = ({ id, name }: Row) => ({ type: 'person', id, name });
const actorOf = ({ id, name, email }: Row) => ({ id, name, email, via: 'session' as const });
