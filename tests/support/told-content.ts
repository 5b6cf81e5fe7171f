import { checkContent } from '#app/domain/content/check-content.ts';
import type { Content } from '#app/domain/content/parse-content.ts';

export const columns = ['first_name', 'last_name', 'city'];
export const email = (html: string, more: Partial<Content> = {}): Content => ({
  channel: 'email',
  subject: 'News',
  html,
  text: null,
  variables: columns,
  contacts: true,
  ...more,
});

/** Severity, line and what stands in the message. */
export type Told = ['error' | 'warning', number, string];

export const told = (content: Content): Told[] => checkContent(content).map(({ severity, line = 0, message }) => [severity, line, message]);

export const first = '{{ first_name }}';
