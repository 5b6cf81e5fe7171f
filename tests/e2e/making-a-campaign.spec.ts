import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { api, signIn } from './sent-campaign.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** Opens a new draft's editor and answers its id. */
async function makeDraft(page: Page, name: string, channel: 'Email' | 'SMS' = 'Email'): Promise<number> {
  await page.goto('/campaigns/new');
  if (channel === 'SMS') {
    // By keyboard: the cards are radio buttons.
    await page.getByRole('radio', { name: 'Email' }).focus();
    await page.keyboard.press('ArrowDown');
  }
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/campaigns\/\d+\/edit$/);
  return Number(/campaigns\/(\d+)/.exec(page.url())?.[1]);
}

async function importList(page: Page, file: string): Promise<void> {
  await page.getByLabel('Contact list, a CSV file').setInputFiles(fixture(file));
  await page.getByRole('button', { name: 'Import this list' }).click();
}

function rowOf(page: Page, id: number) {
  const link = page.locator(`a[href="/campaigns/${id}"], a[href="/campaigns/${id}/edit"]`);
  return page.getByRole('list', { name: 'Campaigns' }).getByRole('listitem').filter({ has: link });
}

/** The preview is a frame without rights, into which axe cannot look. */
async function expectAccessible(page: Page): Promise<void> {
  expect((await new AxeBuilder({ page }).exclude('iframe').analyze()).violations).toEqual([]);
}

// On a busy machine a page takes seconds.
test.describe.configure({ timeout: 120_000 });

test.beforeEach(async ({ page }) => {
  // Half-faded dialogs have half their contrast.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await signIn(page);
});

test('from a CRM export to a sent campaign', async ({ page, request }) => {
  const id = await makeDraft(page, 'Spring launch');
  await page.getByLabel('Contact list, a CSV file').setInputFiles(fixture('contacts-crm.csv'));
  const rows = page.getByRole('region', { name: 'First rows as they will be' });
  await expect(rows).toContainText('chauncey.streich@firma.example');
  await expect(rows.getByRole('columnheader', { name: /E-Mail/ })).toContainText('address');
  await expect(page.getByRole('textbox', { name: 'Separator' })).toHaveValue('semicolon');
  await page.getByRole('button', { name: 'Import this list' }).click();
  const report = page.getByRole('status', { name: 'Import report' });
  await expect(report).toContainText('4,576 people added');
  await expect(report).toContainText('221 duplicates');
  await expect(report).toContainText('203 rejected');
  await expect(report.getByRole('row').nth(1)).toContainText('plainaddress');
  const download = page.waitForEvent('download');
  await report.getByRole('link', { name: 'Download the report' }).click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);

  const subject = page.getByRole('textbox', { name: 'Subject' });
  await subject.fill('{{ frist_name }}, spring is here');
  await expect(page.getByText('Did you mean {{ first_name }}?').first()).toBeVisible();
  await expect(page.getByRole('button', { name: /^Send to .* now/ })).toBeDisabled();
  await expectAccessible(page);

  await subject.fill('');
  await page.getByRole('button', { name: 'Insert variable into Subject' }).click();
  await page.getByRole('menuitem', { name: '{{ first_name }}' }).click();
  await page.keyboard.type(', spring is here');
  await expect(subject).toHaveValue('{{ first_name }}, spring is here');
  await page.getByRole('textbox', { name: 'HTML' }).fill('<style>p { color: rgb(0, 128, 0) }</style><p>Good day in {{ city }}</p>');
  const message = page.frameLocator('iframe');
  await expect(message.getByText('Good day in Aksaray')).toHaveCSS('color', 'rgb(0, 128, 0)');
  // Laid out as wide as a mailbox on a desktop shows it, whatever room there is.
  expect(await page.getByTitle('Preview of the message').evaluate((frame) => frame.clientWidth)).toBe(640);
  await expect(page.getByRole('region', { name: 'Preview' })).toContainText('Atıgay, spring is here');
  await page.getByRole('textbox', { name: 'Preview for' }).fill('koby.white');
  await page.getByRole('option', { name: 'koby.white@societe.example' }).click();
  await expect(message.getByText('Good day in Ińsko')).toBeVisible();

  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await expect(page.getByText('Ready to send')).toBeVisible();
  await page.reload();
  await expect(subject).toHaveValue('{{ first_name }}, spring is here');
  await page.getByRole('button', { name: 'Send to 4,576 people now' }).click();
  const dialog = page.getByRole('dialog');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Not yet' }).click();
  expect((await api.campaign(request, id)).status).toBe('DRAFT');
  await page.getByRole('button', { name: 'Send to 4,576 people now' }).click();
  await dialog.getByRole('button', { name: 'Send to 4,576 people' }).click();
  await expect(page).toHaveURL(new RegExp(`/campaigns/${id}$`));
  await expect.poll(async () => (await api.campaign(request, id)).sent, { timeout: 50_000 }).toBe(4_576);

  await page.goto('/?q=spring+launch');
  await expect(rowOf(page, id)).toContainText('4,576 of 4,576 sent');
});

test('a file without an address column is asked about before it is uploaded', async ({ page }) => {
  await makeDraft(page, 'Odd columns');
  const file = { name: 'odd.csv', mimeType: 'text/csv', buffer: Buffer.from('who,where\nada,here\nbob,there\n') };
  await page.getByLabel('Contact list, a CSV file').setInputFiles(file);
  await expect(page.getByText('No column looks like email addresses')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Import this list' })).toBeDisabled();
  await page.getByRole('button', { name: 'Choose another file' }).click();

  // What somebody calls "address" is a column like any other: it is not sent to.
  const street = { name: 'street.csv', mimeType: 'text/csv', buffer: Buffer.from('Email,Street\nada@example.com,Ash Road 1\n') };
  await page.getByLabel('Contact list, a CSV file').setInputFiles(street);
  const name = page.getByRole('textbox', { name: 'Name of Street in templates' });
  await name.fill('address');
  await name.press('Enter');
  await expect(name).toHaveValue('address_2');
  await expect(page.getByRole('columnheader', { name: 'Email' })).toContainText('address');
  await page.getByRole('button', { name: 'Choose another file' }).click();

  const workbook = { name: 'sheet.xlsx', mimeType: 'application/zip', buffer: Buffer.from('PK\u0003\u0004\0\0\0\0') };
  await page.getByLabel('Contact list, a CSV file').setInputFiles(workbook);
  await expect(page.getByRole('alert')).toContainText('sheet.xlsx is not a text file');
});

test('an SMS counts its segments, and its list can be taken out again', async ({ page, request }) => {
  const id = await makeDraft(page, 'Parcel news', 'SMS');
  // A file on its way is not left behind without a question.
  let arrive = () => {};
  const mayArrive = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.route(
    (url) => url.pathname.endsWith('/recipients') && !url.searchParams.has('dry_run'),
    async (route) => {
      await mayArrive;
      await route.continue();
    },
  );
  await importList(page, 'contacts-phones.csv');
  await page.getByRole('link', { name: 'People', exact: true }).click();
  await page.getByRole('dialog', { name: 'Stop the upload?' }).getByRole('button', { name: 'Stay here' }).click();
  arrive();
  await expect(page.getByRole('status', { name: 'Import report' })).toContainText('1,368 people added');
  await page.getByRole('textbox', { name: 'Message' }).fill(`Hello {{ name }}, ${'your parcel is on its way. '.repeat(7)}`);
  await expect(page.getByText(/^\d segments for this person, \d+ characters/)).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Remove all' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove 1,368 contacts' }).click();
  await expect(page.getByText('Drop a contact list here')).toBeVisible();
  expect((await api.campaign(request, id)).total).toBe(0);
});

test('what is typed while the connection is gone is saved when it is back', async ({ page, context, request }) => {
  const id = await makeDraft(page, 'On a train');
  await context.setOffline(true);
  await page.getByRole('textbox', { name: 'Subject' }).fill('Written in a tunnel');
  await expect(page.getByText('Not saved: no connection')).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  expect((await api.campaign(request, id)).subject).toBe('Written in a tunnel');
});

test('without scripts a campaign can be made, filled, imported into and sent', async ({ page, browser, request }) => {
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() });
  const reader = await plain.newPage();
  await reader.goto('/campaigns/new');
  await reader.getByRole('textbox', { name: 'Name' }).fill('By hand');
  await reader.getByRole('button', { name: 'Create campaign' }).click();
  const id = Number(/campaigns\/(\d+)/.exec(reader.url())?.[1]);
  await reader.getByRole('textbox', { name: 'Subject' }).fill('Hello');
  await reader.getByRole('textbox', { name: 'Plain text' }).fill('Good day.');
  await reader.getByRole('button', { name: 'Save' }).click();
  const list = { name: 'two.csv', mimeType: 'text/csv', buffer: Buffer.from('email\nada@example.com\nbob@example.com\n') };
  await reader.getByLabel('Contact list (CSV)').setInputFiles(list);
  await reader.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(reader.getByText('2 contacts', { exact: true })).toBeVisible();
  await reader.getByRole('button', { name: 'Send to 2 people now' }).click();
  await expect(reader.getByRole('alert')).toContainText('Tick the box');
  await reader.getByRole('checkbox', { name: 'Yes, send to 2 people' }).check();
  await reader.getByRole('button', { name: 'Send to 2 people now' }).click();
  await expect(reader).toHaveURL(new RegExp(`/campaigns/${id}$`));
  await expect.poll(async () => (await api.campaign(request, id)).status).toBe('SENT');

  await reader.goto('/');
  await reader.getByRole('searchbox').fill('by hand');
  await reader.getByLabel('Status').selectOption('SENT');
  await reader.getByRole('button', { name: 'Apply' }).click();
  await expect(rowOf(reader, id)).toContainText('2 of 2 sent');
  await expect(reader).toHaveURL(/status=SENT/);
  await plain.close();
});

test('the list follows campaigns live and keeps its filter in the address', async ({ page, request }) => {
  const id = await makeDraft(page, 'حملة الربيع, a name in two scripts that goes on for long enough to be cut off somewhere in the list');
  const list = { name: 'one.csv', mimeType: 'text/csv', buffer: Buffer.from('email\nlate+429x2@example.com\n') };
  await page.getByLabel('Contact list, a CSV file').setInputFiles(list);
  await page.getByRole('button', { name: 'Import this list' }).click();
  await page.getByRole('textbox', { name: 'Subject' }).fill('Hello');
  await page.getByRole('textbox', { name: 'HTML' }).fill('<p>Hello</p>');
  await expect(page.getByText('Ready to send')).toBeVisible();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();

  // Typed before a script has arrived, on a slow network.
  let arrive = () => {};
  const typed = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.route('**/assets/*.js', async (route) => {
    await typed;
    await route.continue();
  });
  await page.goto('/', { waitUntil: 'commit' });
  await page.getByRole('searchbox').fill('two scripts');
  arrive();
  await expect(page).toHaveURL(/q=two\+scripts/);
  const row = rowOf(page, id);
  await expect(row).toContainText('1 contact, not sent');
  await api.act(request, id, 'send');
  await expect(row).toContainText('Sending');
  await expect(row).toContainText('1 of 1 sent', { timeout: 20_000 });
  await expect(row).toContainText('Sent');
  await page.getByLabel('Status').selectOption('DRAFT');
  await expect(page.getByText('No campaign matches')).toBeVisible();
  await page.goBack();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, and 360 px are enough (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await makeDraft(page, 'A campaign with a name that is rather long, so that it has to go somewhere');
    const pages = ['/', '/campaigns/new', new URL(page.url()).pathname, '/?q=nothing-like-this'];
    for (const path of pages) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(path);
      await expectAccessible(page);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360);
      await expectAccessible(page);
    }
    await page.getByRole('button', { name: 'Open navigation' }).click();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('button', { name: 'Open navigation' })).toBeFocused();
  });
}
