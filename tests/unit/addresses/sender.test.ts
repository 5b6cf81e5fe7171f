import { expect, test } from 'vitest';
import { EnvError, readEnv } from '#app/config/env.server.ts';
import { readSender } from '#app/domain/addresses/sender.ts';
import { newCampaign } from '#app/domain/campaigns/campaign-input.ts';

test.each([
  ['news@acme.example', 'news@acme.example'],
  ['<news@acme.example>', 'news@acme.example'],
  ['Acme <news@acme.example>', 'Acme <news@acme.example>'],
  ['Acme<news@acme.example>', 'Acme <news@acme.example>'],
  ['Acme, Inc. <news@acme.example>', 'Acme, Inc. <news@acme.example>'],
  ['"Acme, Inc." <news@acme.example>', 'Acme, Inc. <news@acme.example>'],
  ['"Ana \\"Ann\\" Lopez" <ana@acme.example>', 'Ana "Ann" Lopez <ana@acme.example>'],
  ['Łucja Müller <news@acme.example>', 'Łucja Müller <news@acme.example>'],
  ['日本の店 <shop@acme.example>', '日本の店 <shop@acme.example>'],
  ["O'Neil & Sons (Ulm) <o.neil+news@acme.example>", "O'Neil & Sons (Ulm) <o.neil+news@acme.example>"],
  ['Shop <News@Bücher.example>', 'Shop <News@xn--bcher-kva.example>'],
  ['  Acme  <news@acme.example> ', 'Acme <news@acme.example>'],
])('%s is one sender', (given, kept) => {
  expect(readSender(given)).toBe(kept);
  expect(readEnv({ DATABASE_URL: 'postgres://x/y', EMAIL_FROM: given }).emailFrom).toBe(kept);
  expect(newCampaign.parse({ name: 'a', channel: 'email', from: given }).from).toBe(kept);
});

test.each([
  'Acme News news@acme.example',
  'news@acme.example (Acme)',
  'news@acme.example, sales@acme.example',
  'ana@acme.example, Bo <bo@acme.example>',
  'Acme <news@acme.example> <sales@acme.example>',
  'Acme <news@acme.example',
  '"Acme <news@acme.example>',
  'Acme <news@acme>',
  'Acme <>',
  'Acme <news @acme.example>',
  'Acme\r\nBcc: everybody@acme.example <news@acme.example>',
  'Acme \u202egro.live <news@acme.example>',
  `${'x'.repeat(400)} <news@acme.example>`,
])('%s is refused, at the start and in a campaign', (given) => {
  expect(readSender(given)).toBeNull();
  expect(() => readEnv({ DATABASE_URL: 'postgres://x/y', EMAIL_FROM: given })).toThrow(EnvError);
  expect(newCampaign.safeParse({ name: 'a', channel: 'email', from: given }).success).toBe(false);
});
