import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyVariables } from '#app/domain/content/empty-variables.server.ts';
import { previewMessage } from '#app/domain/content/preview-message.server.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { emptyDraft, importText } from '#tests/support/import.ts';

let testDatabase: TestDatabase;
let campaignId: number;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const { db } = testDatabase;
  campaignId = await emptyDraft(db);
  await db.pool.query(`update campaigns set subject = 'For {{ first_name }}', html = '<p>{{ first_name }}, {{ plan }}</p>' where id = $1`, [
    campaignId,
  ]);
});
afterAll(() => testDatabase.drop());

test('before contacts are there, columns stand for themselves, and it says that they are checked later', async () => {
  const { db } = testDatabase;
  const preview = await previewMessage(db, campaignId);
  expect(preview).toMatchObject({ recipient: null, subject: 'For [first_name]', html: '<p>[first_name], [plan]</p>' });
  expect(preview.problems).toEqual([
    {
      field: 'subject',
      line: 1,
      severity: 'warning',
      message: '{{ first_name }}, {{ plan }} are checked once there are contacts. Import contacts that have them.',
    },
  ]);
});

test('a preview is the message of the first or the chosen recipient', async () => {
  const { db } = testDatabase;
  await importText(db, campaignId, 'email,first_name,plan\na@example.com,Ana,pro\nb@example.com,,\nc@example.com,Cy <i>, \n');
  const { rows } = await db.pool.query('select id from recipients where campaign_id = $1 order by id', [campaignId]);

  expect(await previewMessage(db, campaignId)).toEqual({
    recipient: { id: rows[0].id, address: 'a@example.com' },
    subject: 'For Ana',
    html: '<p>Ana, pro</p>',
    text: null,
    problems: [],
  });
  expect(await previewMessage(db, campaignId, rows[2].id)).toMatchObject({ subject: 'For Cy <i>', html: '<p>Cy &lt;i&gt;, </p>' });
});

test('content that is not saved yet can be previewed, and what fails for this recipient is told', async () => {
  const { db } = testDatabase;
  const { rows } = await db.pool.query(`select id from recipients where campaign_id = $1 and address = 'b@example.com'`, [campaignId]);
  const preview = await previewMessage(db, campaignId, rows[0].id, { subject: '{{ first_name }}' });
  expect(preview).toMatchObject({ recipient: { id: rows[0].id }, subject: null, html: null });
  expect(preview.problems).toEqual([{ field: 'subject', severity: 'error', message: 'The subject is empty for this recipient.' }]);
});

test('unknown campaigns and recipients are not found', async () => {
  await expect(previewMessage(testDatabase.db, 999_999)).rejects.toMatchObject({ status: 404 });
  await expect(previewMessage(testDatabase.db, campaignId, 999_999)).rejects.toMatchObject({ status: 404 });
});

test('counts for whom a variable is empty', async () => {
  const { db } = testDatabase;
  expect(await emptyVariables(db, campaignId, ['plan', 'first_name', 'nowhere'])).toEqual([
    { name: 'plan', count: 2 },
    { name: 'first_name', count: 1 },
    { name: 'nowhere', count: 3 },
  ]);
  expect(await emptyVariables(db, campaignId, [])).toEqual([]);
});
