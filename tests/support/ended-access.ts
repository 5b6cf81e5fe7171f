import type { AppLoadContext } from '@remix-run/node';
import { createApiKey, type NewKey, revokeApiKey } from '#app/domain/access/api-keys.server.ts';
import { type Somebody, signedIn } from './people.ts';

/** What opened something once and opens nothing any more: a key, or the cookie of a session. */
export interface EndedAccess {
  name: string;
  key?: string;
  cookie?: string;
}

/** All ways in which access ends, of somebody who was an administrator. Each counted until a moment ago, in the place that is asked. */
export async function endedAccess(context: Pick<AppLoadContext, 'db' | 'auth'>): Promise<EndedAccess[]> {
  const { db, auth } = context;
  const sql = (text: string, ...values: unknown[]) => db.pool.query(text, values);
  const ended: EndedAccess[] = [];
  const used = async (key: string) => {
    if (!(await auth.viewerOfKey(key))) throw new Error('the key opens nothing to begin with');
    return key;
  };
  const keyOf = async (asked: Partial<NewKey> = {}) => createApiKey(db, { name: 'ended', role: 'admin', createdBy: null, ...asked });

  const revoked = await keyOf();
  ended.push({ name: 'a revoked key', key: await used(revoked.key) });
  await revokeApiKey(db, revoked.apiKey.id);
  const over = await keyOf({ expiresAt: new Date(Date.now() + 60_000) });
  ended.push({ name: 'an expired key', key: await used(over.key) });
  await sql(`update api_keys set expires_at = now() - interval '1 second' where id = $1`, over.apiKey.id);

  const gone = async (what: string, end: (who: Somebody) => Promise<unknown>) => {
    const who = await signedIn(context, what.replaceAll(' ', ''), 'admin');
    ended.push({ name: `a key of somebody ${what}`, key: await used(who.key) });
    ended.push({ name: `a session of somebody ${what}`, cookie: who.browser?.cookie as string });
    await end(who);
  };
  await gone('disabled', ({ viewer }) => sql('update app_users set banned = true where id::text = $1', viewer.id));
  // As `disablePerson` has it: a session that was left over would open nothing either.
  await gone('deleted', ({ viewer }) => sql('delete from app_users where id::text = $1', viewer.id));
  await gone('without a role', ({ viewer }) => sql(`update app_users set role = 'none' where id::text = $1`, viewer.id));
  const out = await signedIn(context, 'SignedOut', 'admin');
  ended.push({ name: 'a session that was ended', cookie: out.browser?.cookie as string });
  await sql('delete from app_sessions where user_id::text = $1', out.viewer.id);
  const idle = await signedIn(context, 'Idle', 'admin');
  ended.push({ name: 'a session that nobody used for long', cookie: idle.browser?.cookie as string });
  await sql(`update app_sessions set updated_at = now() - interval '40 days' where user_id::text = $1`, idle.viewer.id);

  // Every web process hears of it within a second (listen.server.ts).
  auth.forgetAccess();
  return ended;
}
