import { Problem } from '../../domain/problem.ts';

/** A campaign's revision as HTTP names it. */
export function etag({ revision }: { revision: number }): string {
  return `"${revision}"`;
}

/**
 * The revisions that If-Match allows, or null where any will do: no header, or `*`. Proxies that compress make a strong tag weak (`W/"7"`);
 * it names the same revision, so it is read as such. A number without quotes cannot mean anything else either.
 *
 * @throws Problem 400 for what names no revision: to ignore it would overwrite what it was to protect
 */
export function ifMatch(headers: Headers): number[] | null {
  const value = headers.get('if-match')?.trim();
  if (value === undefined || value === '*') return null;
  return value.split(',').map((tag) => {
    const revision = /^(?:(?:W\/)?"([1-9]\d{0,14})(?:-[a-z]+)?"|([1-9]\d{0,14}))$/.exec(tag.trim());
    if (!revision) throw new Problem(400, 'invalid', 'If-Match names no revision. Send the ETag of the campaign as it came, such as "7".');
    return Number(revision[1] ?? revision[2]);
  });
}
