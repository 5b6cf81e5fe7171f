import { expect, test } from 'vitest';
import { columnKeys } from '#app/domain/contacts/column-keys.ts';
import { chooseColumns } from '#app/domain/contacts/mapping.ts';

const people = ['ana@example.com', 'bo@example.com', 'cy@example.com'];

test.each([
  [
    ['Email', 'First Name', 'Town'],
    ['Email', 'First Name', 'Town'],
  ],
  [
    ['Email', 'Name', 'Name', 'Name'],
    ['Email', 'name', 'name_2', 'name_3'],
  ],
  [
    ['Email', '', 'Town', ''],
    ['Email', 'column_2', 'Town', 'column_4'],
  ],
  [
    ['Email', 'Address', 'Имя', '1. Wahl'],
    ['Email', 'Address', 'Имя', '1. Wahl'],
  ],
])('a choice for one column of %j is for no other, also after it was renamed', (header, keys) => {
  expect(columnKeys(header.map((name) => ({ header: name })))).toEqual(keys);
  const rows = [header, ...people.map((address) => [address, ...header.slice(1).map((_, index) => `value ${index}`)])];
  for (const [index, key] of keys.entries()) {
    if (index === 0) continue;
    const { columns } = chooseColumns(rows, 'email', { headerRow: 0, columns: { [key]: { name: 'renamed' } } });
    expect(columns.map(({ name }) => name === 'renamed')).toEqual(keys.map((_, at) => at === index));
    expect(columnKeys(columns)).toEqual(keys);
  }
});

test('columns of a file without a header keep their keys', () => {
  const { columns } = chooseColumns(
    people.map((address) => [address, 'Ana', 'Ulm']),
    'email',
    { headerRow: null, columns: { column_2: { name: 'first_name' }, column_3: null } },
  );
  expect(columns.map(({ name, leftOut }) => (leftOut ? null : name))).toEqual(['column_1', 'first_name', null]);
  expect(columnKeys(columns)).toEqual(['column_1', 'column_2', 'column_3']);
});
