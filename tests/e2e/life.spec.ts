import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { apiKey } from '../support/product.ts';
import { api, emailFaults, people, sendTo, signIn } from './sent-campaign.ts';

test.describe.configure({ timeout: 240_000 });

test.beforeEach(async ({ page, request }) => {
  // Half-faded dialogs have half their contrast.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await emailFaults(request, {});
  await signIn(page);
});
test.afterAll(async ({ request }) => emailFaults(request, {}));

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).exclude('iframe').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  const { width } = page.viewportSize() ?? { width: 0 };
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
}

/** A draft with its people, ready to be sent. */
async function draft(page: Page, name: string, addresses: readonly string[]): Promise<number> {
  await page.goto('/campaigns/new');
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await expect(page).toHaveURL(/\/edit$/);
  await page
    .getByLabel('Contact list, a CSV file')
    .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(['Email', ...addresses].join('\n')) });
  await page.getByRole('button', { name: 'Import this list' }).click();
  await expect(page.getByRole('status', { name: 'Import report' })).toBeVisible();
  await page.getByRole('textbox', { name: 'Subject' }).fill('Hello');
  await page.getByRole('textbox', { name: 'HTML' }).fill('<p>Spring is here.</p>');
  return Number(/campaigns\/(\d+)/.exec(page.url())?.[1]);
}

/** Signs somebody of the role in, in a browser of their own. */
async function someone(page: Page, browser: Browser, role: 'support' | 'analyst'): Promise<Page> {
  await page.goto('/settings/people');
  await page.getByLabel('Name', { exact: true }).fill(`Sam ${role}`);
  await page.getByLabel('Email', { exact: true }).fill(`${role}${Date.now()}@example.com`);
  await page.getByLabel('Role', { exact: true }).selectOption(role);
  await page.getByLabel('Send the link by email').uncheck();
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const link = await page.getByText(/\/access\/[\w-]{43}$/).innerText();
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  const their = await context.newPage();
  await their.goto(link);
  await their.getByRole('textbox', { name: 'Password' }).fill(`lanterns over harbour ${role.length}`);
  await their.keyboard.press('Enter');
  await expect(their.getByRole('heading', { name: 'Campaigns', exact: true })).toBeVisible();
  return their;
}

const ended = (request: Parameters<typeof api.campaign>[0], id: number) =>
  expect.poll(async () => (await api.campaign(request, id)).finished_at, { timeout: 40_000 }).not.toBeNull();

test('a marketer schedules, takes it back, sends, pauses, resumes, reads why people failed, retries them, and clones', async ({
  page,
  request,
}) => {
  const slow = Array.from({ length: 4 }, (_, i) => `slow${i}+500x4@example.com`);
  const gone = Array.from({ length: 3 }, (_, i) => `gone${i}+invalid@example.com`);
  const id = await draft(page, 'Spring launch', [...slow, ...gone, ...people(593)]);

  await page.getByRole('radio', { name: 'Schedule for later' }).check();
  // Where the page above grows at this moment (the preview has come), the list is hidden until somebody turns to its field again.
  await expect(async () => {
    await page.getByRole('textbox', { name: 'Time zone' }).fill('New York');
    await page.getByRole('option', { name: 'America/New York' }).click({ timeout: 3_000 });
  }).toPass();
  await page.getByLabel('Day and time').fill('2099-03-08T02:30');
  await expect(page.locator('#schedule-section').getByText(/clocks are put forward over it/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Schedule for 600 people' })).toBeDisabled();
  await page.getByLabel('Day and time').fill('2099-11-01T01:30');
  await expect(page.getByText(/this time comes twice/)).toBeVisible();
  await page.getByLabel('Day and time').fill('2099-07-01T09:00');
  const meaning = page.locator('#schedule-section').getByRole('status');
  await expect(meaning).toContainText(/In America\/New York.*9:00/);
  await expect(meaning).toContainText(/UTC.*1:00/);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Schedule for 600 people' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Schedule for 600 people' }).click();

  await expect(page).toHaveURL(new RegExp(`/campaigns/${id}$`));
  const schedule = page.getByRole('region', { name: 'Schedule' });
  await expect(schedule).toContainText('America/New York');
  await expect(schedule).toContainText(/In \d+ d \d+ h/i);
  await expectAccessible(page);
  await schedule.getByRole('button', { name: 'Unschedule' }).click();
  await expect(page).toHaveURL(new RegExp(`/campaigns/${id}/edit$`));

  // What was chosen is still there, and the button with it.
  await expect(page.getByLabel('Day and time')).toHaveValue('2099-07-01T09:00');
  await expect(page.getByRole('button', { name: 'Schedule for 600 people' })).toBeEnabled();
  await page.getByRole('radio', { name: 'As soon as I send it' }).check();

  await emailFaults(request, { latency_ms: 400 });
  await page.getByRole('button', { name: 'Send to 600 people now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send to 600 people' }).click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText(/recipients wait until you press Resume/)).toBeVisible();
  await emailFaults(request, {});
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByTestId('counter')).toHaveText('593 of 600 sent', { timeout: 40_000 });

  const retry = page.getByRole('link', { name: 'Retry 4 failed (3 rounds left)' });
  await expect(retry).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/until (today|tomorrow) \d.*23 h \d+ min left/)).toBeVisible();
  const why = page.getByRole('region', { name: 'Why recipients failed' });
  await expect(why).toContainText(/Provider had an error.*4/);
  await expect(why).toContainText(/Address was refused.*3/);
  await expectAccessible(page);

  await retry.click();
  const sheet = page.getByRole('dialog', { name: 'Retry' });
  await expect(sheet.getByRole('checkbox', { name: 'Provider had an error' })).toBeChecked();
  const addresses = sheet.getByRole('checkbox', { name: 'Address was refused' });
  await expect(addresses).not.toBeChecked();
  await addresses.check();
  await expect(sheet.getByRole('button', { name: 'Retry 7 recipients' })).toBeVisible();
  await addresses.uncheck();
  await expectAccessible(page);
  await sheet.getByRole('button', { name: 'Retry 4 recipients' }).click();
  await expect(page).toHaveURL(new RegExp(`/campaigns/${id}$`));
  await expect(page.getByRole('link', { name: 'Retry 4 failed (2 rounds left)' })).toBeVisible({ timeout: 40_000 });
  expect(await api.campaign(request, id)).toMatchObject({ sent: 593, failed: 7, retry_count: 1 });

  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Clone' }).click();
  await expect(page).toHaveURL(/\/campaigns\/\d+\/edit$/);
  await expect(page.getByRole('textbox', { name: 'Name of the campaign' })).toHaveValue('Spring launch (copy)');
  await expect(page.getByRole('button', { name: 'Send to 600 people now' })).toBeEnabled({ timeout: 20_000 });
  await expect(page.getByRole('textbox', { name: 'Subject' })).toHaveValue('Hello');
});

test('a campaign that stopped for the account says what was not tried, and goes on from there', async ({ page, request }) => {
  await emailFaults(request, { out_of_credits: true });
  const id = await sendTo(request, 'No credits', people(250));
  await ended(request, id);
  await emailFaults(request, {});
  await page.goto('/?q=No+credits');
  await expect(page.getByRole('listitem').filter({ hasText: '0 of 250 sent' })).toContainText('Out of credits');
  await page.goto(`/campaigns/${id}`);
  await expect(page.getByRole('region', { name: 'Why recipients failed' })).toContainText('sending stopped before their turn');
  await expect(page.getByRole('region', { name: 'Per minute' })).toContainText('Nothing was sent.');
  await expect(page.getByRole('alert')).toContainText('Sending stopped: out of credits');
  await expect(page.getByRole('alert')).toContainText('250 recipients still wait to be sent to');
  await page.getByRole('link', { name: 'Send to 250 who still wait (3 rounds left)' }).click();
  const sheet = page.getByRole('dialog', { name: 'Retry' });
  const notTried = sheet.getByRole('checkbox', { name: 'Not sent to yet' });
  await expect(notTried).toBeChecked();
  await expect(notTried).toBeDisabled();
  await sheet.getByRole('button', { name: 'Retry 250 recipients' }).click();
  await expect(page.getByText('All 250 sent')).toBeVisible({ timeout: 20_000 });
});

test('without scripts a retry is a form with the same choice', async ({ page, request, browser }) => {
  const id = await sendTo(request, 'Plain', ['gone+invalid@example.com', ...people(3)]);
  await ended(request, id);
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() });
  const reader = await plain.newPage();
  await reader.goto(`/campaigns/${id}`);
  await reader.getByRole('link', { name: /^Choose who to retry/ }).click();
  await reader.getByRole('button', { name: 'Retry the chosen recipients' }).click();
  await expect(reader.getByRole('alert').filter({ hasText: 'Nothing was retried' })).toBeVisible();
  await reader.getByRole('checkbox', { name: 'Address was refused' }).check();
  await reader.getByRole('button', { name: 'Retry the chosen recipients' }).click();
  await expect(reader).toHaveURL(new RegExp(`/campaigns/${id}$`));
  await ended(request, id);
  expect(await api.campaign(request, id)).toMatchObject({ retry_count: 1, failed: 1 });
  await plain.close();
});

test('a retry that is closed stays, and says what to do instead', async ({ page, request }) => {
  const id = await sendTo(request, 'Closed', ['gone+invalid@example.com', ...people(3)], { max_retries: 0 });
  await ended(request, id);
  await page.goto(`/campaigns/${id}`);
  await expect(page.getByRole('button', { name: /^Choose who to retry/ })).toBeDisabled();
  await expect(page.getByText('This campaign was set to allow no retry rounds.')).toContainText('also to those who got');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Clone' }).click();
  await expect(page).toHaveURL(/\/edit$/);
});

test('support finds a person, corrects the address and sends to them alone; an analyst may only look', async ({
  page,
  request,
  browser,
}) => {
  const id = await sendTo(request, 'Invitation', ['zora.wrong+invalid@example.com', ...people(5)]);
  await ended(request, id);
  const support = await someone(page, browser, 'support');
  await support.getByRole('link', { name: 'People' }).click();
  await expect(support.getByText('Who are you looking for?')).toBeVisible();
  await expectAccessible(support);
  await support.getByRole('searchbox').fill(' ZORA.wrong');
  const person = support.getByRole('region', { name: 'zora.wrong+invalid@example.com' });
  await expect(person).toContainText('Address was refused');
  await expectAccessible(support);
  await person
    .getByRole('link', { name: /^Fix and retry/ })
    .first()
    .click();

  // In place: support stays with the person.
  const field = person.getByRole('textbox', { name: 'Correct the address' });
  await field.fill('zora at example');
  await expect(person.getByText('This is not an email address.')).toBeVisible();
  await expect(person.getByRole('button', { name: /retry/i })).toBeDisabled();
  await field.fill('person0001@example.com');
  await person.getByRole('button', { name: 'Fix and retry' }).click();
  await expect(person.getByRole('alert')).toContainText('This address is a recipient of the campaign already.');
  await field.fill('Zora.Right@Example.com');
  await expect(person.getByText('Goes to zora.right@example.com')).toBeVisible();
  await expectAccessible(support);
  await person.getByRole('button', { name: 'Fix and retry' }).click();
  const right = support.getByRole('region', { name: 'zora.right@example.com' });
  await expect(right).toContainText('Their address here was zora.wrong+invalid@example.com before');
  await expect(right.getByText('Sent', { exact: true }).last()).toBeVisible();
  await right.getByRole('link', { name: 'Invitation' }).click();
  const sheet = support.getByRole('dialog');
  await expect(sheet.getByRole('heading', { name: 'zora.right@example.com' })).toBeVisible();
  await expect(sheet).toContainText('SendGrid took the message');
  await ended(request, id);
  expect(await api.campaign(request, id)).toMatchObject({ status: 'SENT', sent: 6, retry_count: 0 });
  await support.goto('/people?q=zzz-nobody');
  await expect(support.getByText('Nobody found')).toBeVisible();
  await expectAccessible(support);

  const other = await sendTo(request, 'Look only', ['gone+invalid@example.com']);
  await ended(request, other);
  const analyst = await someone(page, browser, 'analyst');
  await analyst.goto(`/campaigns/${other}`);
  await expect(analyst.getByRole('button', { name: /^Choose who to retry/ })).toBeDisabled();
  await expect(analyst.getByText(/The role Analyst may not send campaigns/)).toBeVisible();
  await expect(analyst.getByRole('link', { name: /^Fix and retry/ })).toHaveCount(0);
  const headers = { authorization: `Bearer ${apiKey}` };
  const made = await request.post('/api/v1/campaigns', { headers, data: { name: 'Not yet', channel: 'email', subject: 'Soon' } });
  const { id: notYet } = (await made.json()) as { id: number };
  await analyst.goto(`/campaigns/${notYet}/edit`);
  await expect(analyst).toHaveURL(new RegExp(`/campaigns/${notYet}$`));
  await expect(analyst.getByText('This campaign is a draft')).toBeVisible();
});

test('an outcome that nobody knows is decided with the consequence in sight', async ({ page, request }) => {
  const id = await sendTo(request, 'Held', ['lost+timeout@example.com', 'fine@example.com'], { unknown_policy: 'hold' });
  await expect.poll(async () => (await api.campaign(request, id)).status, { timeout: 55_000 }).toBe('PARTIALLY_SENT');
  await page.goto(`/campaigns/${id}`);
  await expect(page.getByText('1 outcome is unknown')).toBeVisible();
  await page.getByRole('link', { name: 'See the recipient' }).click();
  await page.getByRole('link', { name: /^Decide/ }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('radio', { name: 'Send it again' }).check();
  await expect(sheet.getByText(/this person gets it twice/)).toBeVisible();
  await expect(sheet.getByRole('radio', { name: 'It arrived' })).not.toBeChecked();
  await expectAccessible(page);
  await sheet.getByRole('radio', { name: 'It did not arrive' }).check();
  await sheet.getByRole('button', { name: 'Count it as failed' }).click();
  await expect(sheet).toContainText('Did not arrive');
  // The person rings again: it was in another folder.
  await sheet.getByRole('button', { name: 'It did arrive' }).click();
  await expect(sheet).toContainText('Sent');
  expect(await api.campaign(request, id)).toMatchObject({ status: 'SENT', sent: 2, unknown: 0 });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the search over everything, and all of this on a narrow phone, in ${colorScheme}`, async ({ page, request }) => {
    const id = await sendTo(request, `Harvest ${colorScheme}`, ['gone+invalid@example.com', 'harvey.harvest@example.com', ...people(5)]);
    await ended(request, id);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto('/');
    await page.keyboard.press('Control+k');
    const search = page.getByRole('dialog', { name: 'Search' });
    await search.getByRole('textbox').fill('harve');
    await expect(search.getByRole('button', { name: new RegExp(`Harvest ${colorScheme}`) })).toBeVisible();
    await expectAccessible(page);
    await search.getByRole('textbox').fill('harvey');
    await expect(search.getByRole('button', { name: 'harvey.harvest@example.com' })).toBeVisible();
    await expect(search.getByRole('button', { name: new RegExp(`Harvest ${colorScheme}`) })).toHaveCount(0);
    // The first answer opens without an arrow key.
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/people\?q=harvey/);
    await expect(page.getByRole('region', { name: 'harvey.harvest@example.com' })).toContainText(`Harvest ${colorScheme}`);

    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of ['/people?q=harvey', `/campaigns/${id}`, `/campaigns/${id}/retry`, `/campaigns/${id}?status=failed`]) {
      await page.goto(path);
      await expect(page.locator('#content')).toBeVisible();
      await expectAccessible(page);
    }
  });
}
