import { createHash } from 'node:crypto';
import type { BetterAuthPlugin, DBAdapter, Where } from 'better-auth';

/** As it stands in `app_sessions`. */
export const hashOfToken = (token: string) => createHash('sha256').update(token).digest('hex');

interface Call {
  model: string;
  where?: Where[];
  data?: Record<string, unknown>;
  update?: Record<string, unknown>;
}

/**
 * Of session tokens the database keeps hashes: whoever reads it cannot sign in with what stands there. better-auth has no setting for that, so
 * its adapter is wrapped: tokens that are written or looked for are hashed on the way, and what was found by a token comes back with it.
 */
export const hashedTokens = {
  id: 'hashed-session-tokens',
  init: ({ adapter }) => ({ context: { adapter: wrapped(adapter) } }),
} satisfies BetterAuthPlugin;

function wrapped<Adapter extends Pick<DBAdapter, 'create'>>(adapter: Adapter): Adapter {
  const methods = ['create', 'findOne', 'findMany', 'count', 'update', 'updateMany', 'delete', 'deleteMany', 'consumeOne', 'incrementOne'];
  return new Proxy(adapter, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name === 'transaction')
        return (work: (inner: Adapter) => unknown) => value.call(target, (inner: Adapter) => work(wrapped(inner)));
      if (!methods.includes(name as string)) return value.bind(target);
      return async (call: Call) => {
        if (call.model !== 'session') return value.call(target, call);
        const tokens = new Map<string, string>();
        return withTokens(await value.call(target, hashedCall(call, tokens)), tokens);
      };
    },
  });
}

/** @param tokens is filled with those of the call, by their hashes */
function hashedCall(call: Call, tokens: Map<string, string>): Call {
  const hashed = (token: unknown) => {
    if (typeof token !== 'string') return token;
    const hash = hashOfToken(token);
    tokens.set(hash, token);
    return hash;
  };
  const values = (of: Record<string, unknown>) => ('token' in of ? { ...of, token: hashed(of.token) } : of);
  const condition = (one: Where): Where => {
    if (one.field !== 'token') return one;
    return { ...one, value: (Array.isArray(one.value) ? one.value.map(hashed) : hashed(one.value)) as Where['value'] };
  };
  return {
    ...call,
    ...(call.where && { where: call.where.map(condition) }),
    ...(call.data && { data: values(call.data) }),
    ...(call.update && { update: values(call.update) }),
  };
}

function withTokens(found: unknown, tokens: Map<string, string>): unknown {
  if (Array.isArray(found)) return found.map((one) => withTokens(one, tokens));
  const token = (found as { token?: string } | null)?.token;
  const raw = token === undefined ? undefined : tokens.get(token);
  return raw === undefined ? found : { ...(found as object), token: raw };
}
