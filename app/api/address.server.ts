import type { Operation } from './operations/operation.ts';
import { operations } from './operations.server.ts';

/** What one path of the API can be asked for. */
export interface Address {
  operations: Operation[];
  /** As they stand in the path, not yet looked at. */
  ids: Record<string, string>;
}

const paths = [...Map.groupBy(Object.values(operations), ({ path }) => path)].map(([path, methods]) => ({
  pattern: new RegExp(`^/api/v1${path.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/*$`, 'i'),
  operations: methods,
}));

/**
 * What stands under a path, or undefined where nothing does. A path is read as the pages' are: each step decoded by itself, capital letters and
 * slashes at the end mean nothing, and a step that is a word goes before one that is an id.
 */
export function addressOf(pathname: string): Address | undefined {
  const path = decoded(pathname);
  const found = paths.flatMap(({ pattern, operations }) => {
    const match = pattern.exec(path);
    return match ? [{ operations, ids: { ...match.groups } }] : [];
  });
  return found.sort((one, other) => Object.keys(one.ids).length - Object.keys(other.ids).length)[0];
}

/** A slash within a step stays encoded, and so does what is no UTF-8: neither is part of a path of ours. */
function decoded(pathname: string): string {
  try {
    return pathname
      .split('/')
      .map((step) => decodeURIComponent(step).replaceAll('/', '%2F'))
      .join('/');
  } catch {
    return pathname;
  }
}
