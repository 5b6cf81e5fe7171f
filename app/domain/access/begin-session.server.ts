import type { BetterAuthPlugin } from 'better-auth';
import { APIError, createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { z } from 'zod';

/**
 * A session, with its cookie, for somebody of whom Rollcall has made sure. better-auth makes one only together with its own check of the password,
 * which is too early where a code is asked for afterwards. Without a path: nothing outside of this process can call it.
 */
export const beginSession = {
  id: 'begin-session',
  endpoints: {
    beginSession: createAuthEndpoint.serverOnly({ method: 'POST', body: z.object({ userId: z.string() }) }, async (ctx) => {
      const { internalAdapter } = ctx.context;
      const user = await internalAdapter.findUserById(ctx.body.userId);
      // Who is disabled is refused by what the admin plugin hangs into this.
      const session = user && (await internalAdapter.createSession(user.id));
      if (!session) throw new APIError('UNAUTHORIZED');
      await setSessionCookie(ctx, { session, user });
      return ctx.json({ id: session.id });
    }),
  },
} satisfies BetterAuthPlugin;
