import { test as base, expect } from '@playwright/test';

/**
 * As Playwright's, and fails where a page met an error of its own: React drew it anew since it was not what the server had sent, a script threw,
 * the page's policy refused something. Answers that the browser itself tells of (a refused password is a 401) are no such errors.
 */
export const test = base.extend<{ errors: string[] }>({
  errors: [
    async ({ context }, use) => {
      const errors: string[] = [];
      context.on('weberror', (error) => errors.push(String(error.error())));
      context.on('console', (message) => {
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) errors.push(message.text());
      });
      await use(errors);
      expect(errors, 'errors in the browser').toEqual([]);
    },
    { auto: true },
  ],
});
