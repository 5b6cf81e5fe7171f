import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Pool } from 'pg';
import { cookie } from './cookies.server.ts';

/** Somebody who said the right password and is asked for a code now. */
export interface FirstStep {
  userId: string;
  name: string;
  email: string;
  /** Of the password that was said. */
  hash: string;
}

export interface FirstSteps {
  /** The cookie that says so, for ten minutes. It opens nothing by itself. */
  remember(account: { id: string; hash: string }): string;
  /** Null where the password was said too long ago, or is another one by now, or the account is disabled or has no second factor any more. */
  find(pool: Pool, headers: Headers): Promise<FirstStep | null>;
  /** The cookie's end. */
  forget(): string;
}

const SECONDS = 600;

/** A signed cookie, so that nothing is kept of those who know a password and no code; bound to the password, so that another one ends it. */
export function createFirstSteps(secret: string, baseUrl: string, formerSecret: string | null = null): FirstSteps {
  const kept = cookie('rollcall_step', baseUrl);
  const hmac = (text: string, key = secret) => createHmac('sha256', key).update(`first step\n${text}`).digest('base64url');
  const keys = formerSecret === null ? [secret] : [secret, formerSecret];
  const now = () => Math.floor(Date.now() / 1000);
  const same = (a: string, b: string) => {
    const [one, other] = [Buffer.from(a), Buffer.from(b)];
    return one.length === other.length && timingSafeEqual(one, other);
  };

  return {
    remember({ id, hash }) {
      const payload = `${id}.${now()}.${hmac(`${id} ${hash}`)}`;
      return kept.set(`${payload}.${hmac(payload)}`, SECONDS);
    },
    async find(pool, headers) {
      const [userId = '', at = '', password = '', signature = '', ...more] = kept.read(headers)?.split('.') ?? [];
      const key = keys.find((one) => same(signature, hmac(`${userId}.${at}.${password}`, one)));
      if (more.length > 0 || key === undefined || Number(at) < now() - SECONDS) return null;
      const { rows } = await pool.query<{ name: string; email: string; hash: string | null }>(
        `select u.name, u.email, a.password as hash from app_users u
         join app_accounts a on a.user_id = u.id and a.provider_id = 'credential'
         join second_factors f on f.user_id = u.id and f.seed is not null where u.id::text = $1 and u.banned is not true`,
        [userId],
      );
      const account = rows[0];
      if (!account?.hash || !same(password, hmac(`${userId} ${account.hash}`, key))) return null;
      return { userId, name: account.name, email: account.email, hash: account.hash };
    },
    forget: kept.forget,
  };
}
