import type { Database } from '#db/database.ts';
import type { Auth } from '../domain/access/auth.server.ts';
import type { Refusals } from '../domain/access/refusals.server.ts';
import type { FollowedKeys } from '../domain/provider-keys/follow-keys.server.ts';
import type { Env } from './env.server.ts';
import type { Logger } from './log.server.ts';

/** What the server hands to every loader and action. All state comes this way: server and routes do not share modules. */
export interface AppContext {
  /** What concerns providers is as environment and settings have it now. */
  env: Env;
  db: Database;
  auth: Auth;
  log: Logger;
  /** Keeps `env` at that. */
  providerKeys?: FollowedKeys;
  /** Where doors tell the audit log of what they refuse. */
  refusals?: Refusals;
}

declare module '@remix-run/node' {
  interface AppLoadContext extends AppContext {
    /** For inline scripts and styles of this answer only. */
    cspNonce: string;
  }
}
