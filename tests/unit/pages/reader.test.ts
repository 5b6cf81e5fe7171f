import { describe, expect, test } from 'vitest';
import { readReader } from '#app/components/reader.ts';

const read = (headers: Record<string, string>) => readReader(new Headers(headers), 0);

describe('the reader of a page', () => {
  test('is read from Accept-Language by preference, not by order', () => {
    expect(read({ 'accept-language': 'fr;q=0.3, de-AT, en;q=0.8' }).locale).toBe('de-AT');
    expect(read({ 'accept-language': 'fr;q=0, *;q=0.5' }).locale).toBe('en-US');
  });

  test('is an American where the header is missing or no language', () => {
    expect(read({}).locale).toBe('en-US');
    expect(read({ 'accept-language': '<script>, ;;;, 1-2-3' }).locale).toBe('en-US');
  });

  test('lives where the cookie says, or in UTC where it says nonsense', () => {
    expect(read({ cookie: 'a=b; rollcall_zone=America%2FNew_York' }).timeZone).toBe('America/New_York');
    expect(read({ cookie: 'rollcall_zone=Mars%2FBase' }).timeZone).toBe('UTC');
    expect(read({ cookie: 'rollcall_zone=%E0%A4%A' }).timeZone).toBe('UTC');
  });
});
