import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { emptyDraft, importText, recipientsOf } from '#tests/support/import.ts';

const people = [
  { address: 'mia@example.com', variables: { name: "'Mia", note: '=1+1', mixed: 'x;=1+1|@y\t-1', city: 'Ulm, "Neu"' } },
  { address: '=leo@example.com', variables: { name: '-5', note: "'=kept", mixed: '+49 731 1234567', city: "'s-Hertogenbosch" } },
];

let api: TestApi;
let id: number;
beforeAll(async () => {
  api = await startApi();
  id = await emptyDraft(api.db);
  await importText(
    api.db,
    id,
    people.map(({ address, variables }) => ({ address, ...variables })),
  );
});
afterAll(() => api.drop());

/** With the byte order mark, which text() would take away. */
async function read(path: string, headers: Record<string, string> = {}): Promise<string> {
  return Buffer.from(await (await api.call('GET', `/campaigns/${id}/${path}`, { headers })).arrayBuffer()).toString();
}

test.each([
  ['', ','],
  ['?delimiter=,', ','],
  ['?delimiter=;', ';'],
  ['?delimiter=%3B&sep=1', ';'],
  ['?delimiter=tab', '\t'],
  ['?delimiter=%09&sep=1', '\t'],
  ['?delimiter=auto', ';'],
])('export.csv%s is cut by %j, and imported it is what it was', async (query, delimiter) => {
  const headers = { 'Accept-Language': 'de-DE,de;q=0.9,en;q=0.5' };
  const text = await read(`export.csv${query}`, headers);
  const sep = query.includes('sep=1') ? `sep=${delimiter}\r\n` : '';
  expect(text.startsWith(`\ufeff${sep}${['id', 'address', 'status'].join(delimiter)}`)).toBe(true);
  const copy = await emptyDraft(api.db);
  await importText(api.db, copy, text);
  expect(await recipientsOf(api.db, copy)).toEqual(people);
});

test('every export takes the choice, and says what there is to choose', async () => {
  const { rows } = await api.db.pool.query<{ id: number }>('select id from recipients where campaign_id = $1', [id]);
  const paths = ['export.csv', 'activity.csv', 'attempts.csv', `recipients/${rows[0]?.id}/story.csv`];
  for (const path of paths) {
    expect(await read(`${path}?delimiter=;`)).toMatch(/^\ufeff\w+;\w+;/);
    const refused = await api.call('GET', `/campaigns/${id}/${path}?delimiter=x`);
    expect([refused.status, ((await refused.json()) as { errors: unknown[] }).errors]).toEqual([
      422,
      [{ path: 'delimiter', message: 'The delimiter must be a comma, a semicolon, "tab" or "auto".' }],
    ]);
  }
});
