import { expect, test } from 'vitest';
import { PRIVATE_ADDRESS, publicLookup } from '#app/domain/alerts/public-lookup.server.ts';

const look = (name: string, all: boolean) =>
  new Promise<{ code: string | undefined; addresses: unknown }>((resolve) => {
    publicLookup(name, { all }, (error, addresses) => resolve({ code: error?.code, addresses }));
  });

test.each([true, false])('a name that leads to loopback has no address (all: %s)', async (all) => {
  expect(await look('localhost', all)).toEqual({ code: PRIVATE_ADDRESS, addresses: [] });
});

test.each([true, false])('a public address comes through in the form that was asked for (all: %s)', async (all) => {
  expect(await look('8.8.8.8', all)).toEqual({
    code: undefined,
    addresses: all ? [{ address: '8.8.8.8', family: 4 }] : '8.8.8.8',
  });
});

test('a name that nobody has fails as the system says', async () => {
  expect((await look('nobody.invalid', true)).code).toMatch(/ENOTFOUND|EAI_AGAIN/);
});
