import type { Role } from './roles.ts';

/** Somebody who may sign in, or could until they were disabled. Times are ISO 8601 in UTC. */
export interface Person {
  id: string;
  name: string;
  email: string;
  role: Role;
  disabled: boolean;
  created_at: string;
  /** When one of their sessions was last renewed; null where there is none. */
  seen_at: string | null;
  /** Are they asked for a code after the password? */
  second_factor: boolean;
}
