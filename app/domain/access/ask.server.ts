import { Problem } from '../problem.ts';
import { currentDoor } from './door.server.ts';
import { refuse } from './refusals.server.ts';
import { may, type Permission, refusal } from './roles.ts';

/**
 * The permission check of the domain: whatever reads or changes something for somebody begins with it. It asks whoever came through the door
 * (door.server.ts), so that a route, a call or a live connection that forgot to ask is refused, too. Rollcall itself (workers, commands) may.
 *
 * @throws Problem 403
 */
export function ask(...permissions: Permission[]): void {
  const missing = permissions.find((permission) => !mayHere(permission));
  if (missing === undefined) return;
  const asker = currentDoor()?.asker;
  const why = asker ? refusal(asker, missing) : 'Nobody has said who asks.';
  refuse({ action: 'access.use', refused: why, object: { type: 'permission', id: missing } });
  throw new Problem(403, 'forbidden', why);
}

/** The same as a question, where less is told to those who may not. */
export function mayHere(permission: Permission): boolean {
  const door = currentDoor();
  if (!door || door.door === 'command' || door.door === 'worker') return true;
  return door.asker !== undefined && may(door.asker, permission);
}
