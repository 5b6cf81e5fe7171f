import { AsyncLocalStorage } from 'node:async_hooks';
import type { AuditDoor } from './audit-actions.ts';
import type { Refusals } from './refusals.server.ts';
import type { Viewer } from './roles.ts';

/** Through which door somebody came, and who it is once that is known. */
export interface Door {
  door: AuditDoor;
  /** As the connection or a trusted proxy has it. */
  address: string | null;
  /** What their program calls itself. */
  device: string | null;
  viewer?: Pick<Viewer, 'id' | 'name' | 'email' | 'via'>;
  /** The same, where it was proven who it is: what the domain asks (ask.server.ts). */
  asker?: Viewer;
  /** Their request is counted already: a page asks several times who it is for. */
  counted?: true;
  refusals?: Refusals;
}

// Server and routes are two bundles with a module of their own each; a request is one thing in both.
const place = Symbol.for('rollcall.door');
const shared = globalThis as { [place]?: AsyncLocalStorage<Door> };
shared[place] ??= new AsyncLocalStorage<Door>();
const doors = shared[place];

/** Whatever `work` does, and what follows from it, came through this door. */
export function through<T>(door: Door, work: () => T): T {
  return doors.run({ ...door, address: door.address?.slice(0, 64) ?? null, device: cleaned(door.device) }, work);
}

/** Undefined outside a request or command: Rollcall itself. */
export function currentDoor(): Door | undefined {
  return doors.getStore();
}

/** From here on it is known who came through the door. @param asks false for whoever may nothing yet */
export function known(viewer: Viewer, asks = true): void {
  const door = doors.getStore();
  if (!door) return;
  door.viewer = viewer;
  if (asks) door.asker = viewer;
}

function cleaned(device: string | null): string | null {
  return device?.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 200) || null;
}

/** True for the first that asks about this request, and wherever there is none. */
export function countsNow(): boolean {
  const door = doors.getStore();
  if (door?.counted) return false;
  if (door) door.counted = true;
  return true;
}
