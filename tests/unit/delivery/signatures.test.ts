import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import twilio from 'twilio';
import { describe, expect, test } from 'vitest';
import { isFromSendGrid, isFromTwilio, readPublicKey } from '#app/providers/signatures.server.ts';
import { sendGridHeaders } from '#tests/support/events.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const now = Date.parse('2026-03-01T12:00:00Z');
const seconds = (offset: number) => String(now / 1_000 + offset);

function signed(body: string | Uint8Array, timestamp = seconds(0)) {
  const headers = sendGridHeaders(privateKey, body, timestamp);
  return { timestamp, signature: headers['x-twilio-email-event-webhook-signature'], body: Buffer.from(body) };
}

describe('SendGrid’s signature', () => {
  test('holds for any bytes, and for no others', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (body, at) => {
        const request = signed(body);
        expect(isFromSendGrid(publicKey, request, now)).toBe(true);
        const tampered = Buffer.from(request.body);
        const position = at % tampered.length;
        tampered[position] = (tampered[position] as number) ^ 1;
        expect(isFromSendGrid(publicKey, { ...request, body: tampered }, now)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ['an hour old', -3_600, true],
    ['repeated for a day', -86_400, true],
    ['stale', -26 * 3_600, false],
    ['from the future', 3_600, false],
  ])('is judged with its time: %s', (_, offset, accepted) => {
    expect(isFromSendGrid(publicKey, signed('[]', seconds(offset)), now)).toBe(accepted);
  });

  test('does not hold under another time or another key', () => {
    const request = signed('[]');
    expect(isFromSendGrid(publicKey, { ...request, timestamp: seconds(-1) }, now)).toBe(false);
    expect(isFromSendGrid(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, request, now)).toBe(false);
  });

  test.each([null, '', 'AAAA', '%%%', 'bm90IGEgc2lnbmF0dXJl', 'x'.repeat(10_000)])('is refused where it is none: %j', (signature) => {
    expect(isFromSendGrid(publicKey, { ...signed('[]'), signature }, now)).toBe(false);
  });

  test.each([null, '', 'now', '1e9', '-5', '99999999999999999'])('is refused without a time: %j', (timestamp) => {
    expect(isFromSendGrid(publicKey, { ...signed('[]'), timestamp }, now)).toBe(false);
  });

  test('takes the key as SendGrid shows it and as PEM', () => {
    const shown = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const pem = publicKey.export({ format: 'pem', type: 'spki' }) as string;
    for (const text of [shown, pem, pem.replaceAll('\n', '\\n')]) expect(isFromSendGrid(readPublicKey(text), signed('[]'), now)).toBe(true);
    expect(() => readPublicKey('not a key')).toThrow();
  });
});

describe('Twilio’s signature', () => {
  const url = 'https://rollcall.example.com/webhooks/twilio/status?attempt=7&recipient=8';
  const form = new URLSearchParams({ MessageSid: 'SM1', To: '+12015550123', Body: 'Grüße & more' });
  const signature = twilio.getExpectedTwilioSignature('token', url, Object.fromEntries(form));

  test('holds for this address, this form and this token only', () => {
    expect(isFromTwilio('token', signature, url, form)).toBe(true);
    expect(isFromTwilio('other', signature, url, form)).toBe(false);
    expect(isFromTwilio('token', signature, url.replace('attempt=7', 'attempt=9'), form)).toBe(false);
    expect(isFromTwilio('token', signature, url.replace('https', 'http'), form)).toBe(false);
    expect(isFromTwilio('token', signature, url, new URLSearchParams([...form, ['MessageStatus', 'failed']]))).toBe(false);
  });

  test.each([null, '', 'short', 'é'.repeat(28), 'x'.repeat(500)])('is refused where it is none: %j', (other) => {
    expect(isFromTwilio('token', other, url, form)).toBe(false);
  });
});
