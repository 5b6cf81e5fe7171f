import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ownMeta } from '#app/components/foreign-nodes.ts';

test('no page takes a meta of its own for somebody else’s', () => {
  const pages = ['app/root.tsx', ...globSync('app/routes/**/*.tsx')].map((file) => readFileSync(file, 'utf8')).join('\n');
  const given = [...pages.matchAll(/<meta name="([^"]+)"|\{ name: '([^']+)', content:/g)].map(([, tag, entry]) => tag ?? entry);
  expect(given).toContain('robots');
  expect([...new Set(given)].toSorted()).toEqual(ownMeta.toSorted());
});
