import { invalid, type Problem } from './problem.ts';

/**
 * Where a page of a list ended, as clients hand it back: opaque to them, one number or string for us.
 * Made of characters that need no escaping in a URL.
 */
export function toCursor(value: number | string): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** @throws Problem 422 where it is not one of ours, or of another kind of list */
export function fromCursor<T extends 'number' | 'string'>(cursor: string, type: T): T extends 'number' ? number : string {
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const isOurs = type === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && !value.includes('\0');
    if (isOurs) return value as T extends 'number' ? number : string;
  } catch {
    // Not ours either.
  }
  throw foreignCursor();
}

export function foreignCursor(): Problem {
  return invalid([{ path: 'cursor', message: 'This cursor belongs to no page. Take next_cursor of the page before.' }]);
}
