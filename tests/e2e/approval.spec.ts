import { AxeBuilder } from '@axe-core/playwright';
import { type APIRequestContext, expect, type Locator, type Page } from '@playwright/test';
import { apiKey } from '../support/product.ts';
import { api, people, signIn } from './sent-campaign.ts';
import { test } from './watched.ts';

const headers = { authorization: `Bearer ${apiKey}` };

/** By keyboard: whatever can be reached can be pressed. */
async function press(control: Locator, key = 'Enter'): Promise<void> {
  await control.focus();
  await expect(control).toBeFocused();
  await control.press(key);
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include('#content').exclude('iframe').options({ iframes: false }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

/** Somebody who is invited by the administrator and has chosen a password. */
async function invited(admin: Page, theirs: Page, name: string): Promise<void> {
  await admin.goto('/settings/people');
  await admin.getByLabel('Name', { exact: true }).fill(name);
  await admin.getByLabel('Email', { exact: true }).fill(`${name.toLowerCase()}${Date.now()}@example.com`);
  await admin.getByLabel('Role', { exact: true }).selectOption('marketer');
  await admin.getByLabel('Send the link by email').uncheck();
  await admin.getByRole('button', { name: 'Invite', exact: true }).click();
  await theirs.goto(await admin.getByText(/\/access\/[\w-]{43}$/).innerText());
  await expect(theirs.getByRole('textbox', { name: 'Password' })).toBeFocused();
  await theirs.keyboard.type('chosen by nobody else');
  await theirs.keyboard.press('Enter');
  await expect(theirs.getByRole('heading', { name: 'Campaigns', exact: true })).toBeVisible();
}

async function draft(request: APIRequestContext, name: string): Promise<number> {
  const data = {
    name,
    channel: 'email',
    subject: 'Hello {{ first_name }}',
    html: '<p>Hello {{ first_name }}</p>',
    from: 'news@example.com',
  };
  const { id } = (await (await request.post('/api/v1/campaigns', { headers, data })).json()) as { id: number };
  const list = people(12).map((address, i) => ({ address, first_name: `Person ${i + 1}` }));
  await request.post(`/api/v1/campaigns/${id}/recipients`, { headers, data: list });
  return id;
}

test('two people by keyboard: asked, changed, asked again, approved on a phone, and it goes out by itself', async ({
  page,
  browser,
  request,
}) => {
  // Two browsers and the whole way of a campaign, twice.
  test.slow();
  page.setDefaultTimeout(20_000);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await signIn(page);
  const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
  const bea = await phone.newPage();
  await invited(page, bea, 'Bea');

  await page.goto('/settings/approval');
  await expectAccessible(page);
  await press(page.getByRole('checkbox', { name: 'Campaigns to many people' }), 'Space');
  await page.getByLabel('More people than').fill('10');
  await press(page.getByRole('button', { name: 'Save' }));
  await expect(page.getByText('These campaigns wait for somebody else from now on.')).toBeVisible();
  try {
    const id = await draft(request, 'Harvest for all');
    await page.goto(`/campaigns/${id}/edit`);
    await expect(page.getByRole('button', { name: /^Send to/ })).toHaveCount(0);
    await expect(page.getByText(/Bea can approve it/)).toBeVisible();
    await press(page.getByRole('button', { name: 'Ask to send to 12 people' }));
    await expect(page.getByText(/Waits for approval: .* asked/)).toBeVisible();
    await expectAccessible(page);

    // The bell tells her while she looks at something else, and leads to what she is to approve.
    const bell = bea.getByRole('button', { name: 'Notifications, 1 unread' });
    await expect(bell).toBeVisible();
    await press(bell);
    await press(bea.getByRole('link', { name: 'Harvest for all waits for your approval' }));
    await expect(bea.getByRole('heading', { name: 'Harvest for all' })).toBeVisible();
    await expect(bea.getByText('12 people', { exact: true })).toBeVisible();
    await expect(bea.frameLocator('iframe').getByText('Hello Person 1', { exact: true })).toBeVisible();
    await expect(bea.getByRole('listitem').filter({ hasText: 'person0012@example.com' })).toBeVisible();
    await expectAccessible(bea);

    // What changes under her eyes is not approved.
    await page.getByRole('textbox', { name: 'Subject' }).fill('Good day {{ first_name }}');
    await expect(page.getByText(/changed the subject. Ask again/)).toBeVisible();
    await expect(bea.getByText('There is nothing to approve any more')).toBeVisible();
    await expect(bea.getByRole('button', { name: /^Approve/ })).toHaveCount(0);

    await press(page.getByRole('button', { name: 'Ask to send to 12 people' }));
    // Nor is another one approved before she has seen it.
    await expect(bea.getByText('It changed while you looked')).toBeVisible();
    await expect(bea.getByRole('button', { name: /^Approve/ })).toHaveCount(0);
    await expect(bea.getByText('Hello {{ first_name }}', { exact: true }).first()).toBeVisible();
    await expectAccessible(bea);
    await press(bea.getByRole('button', { name: 'Show it as it is now' }));
    await expect(bea.getByText('Good day Person 1', { exact: true })).toBeVisible();
    await press(bea.getByRole('button', { name: 'Approve and send to 12 people' }));
    await expect(bea.getByText(/^Bea approved it/)).toBeVisible();
    await expect(page.getByText(/^This campaign is (being )?sent/)).toBeVisible();
    await expect.poll(async () => (await api.campaign(request, id)).status).toBe('SENT');

    // Declined with a word, which the one who asked reads where they asked.
    const second = await draft(request, 'Harvest again');
    await page.goto(`/campaigns/${second}/edit`);
    await press(page.getByRole('button', { name: 'Ask to send to 12 people' }));
    await expect(page.getByText(/Waits for approval: .* asked/)).toBeVisible();
    await bea.goto('/?status=waiting');
    await press(bea.getByRole('link', { name: 'Waits for approval to send to 12 people' }));
    await bea.getByLabel('A word to who asked').fill('The date is wrong.');
    await press(bea.getByRole('button', { name: 'Decline' }));
    // The button is gone: she stands at what became of it.
    await expect(bea.locator(':focus')).toContainText('Bea declined it');
    await expect(bea.locator(':focus')).toBeInViewport();
    await expect(page.getByText('Bea did not approve it')).toBeVisible();
    await expect(page.getByText('The date is wrong.')).toBeVisible();
  } finally {
    await page.goto('/settings/approval');
    await page.getByRole('checkbox', { name: 'Campaigns to many people' }).uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('No campaign waits for an approval.')).toBeVisible();
    await phone.close();
  }
});
