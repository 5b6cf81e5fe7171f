import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureTexts } from '#app/domain/failures.ts';
import type { Meaning } from '#app/providers/classification.ts';
import { meaningOfSilence, notBuilt } from '#app/providers/classification.ts';
import { classifySendGrid, sendGridErrors } from '#app/providers/sendgrid-classification.ts';
import { classifyTwilio, twilioError } from '#app/providers/twilio-classification.ts';
import { twilioCodes, twilioDeliveryCodes } from '#app/providers/twilio-codes.ts';

const status = fc.integer({ min: 300, max: 999 });

function expectFitForMarketers({ failureCode, reason }: { failureCode: string; reason: string }): void {
  expect(Object.keys(failureTexts)).toContain(failureCode);
  expect(reason).toMatch(/^[A-Z].*[^.]\.$/);
  expect(reason.length).toBeGreaterThan(40);
  expect(reason, 'no codes in a sentence for people').not.toMatch(/\b\d{3}\b|\b\d{5}\b|undefined|null/);
}

describe('SendGrid', () => {
  it.each<[number, { message?: string; field?: string } | null, Meaning['outcome'], string]>([
    [400, { field: 'personalizations.0.to.0.email', message: 'Does not contain a valid address.' }, 'permanent', 'invalid_address'],
    [400, { field: 'personalizations.17.to.0.email' }, 'permanent', 'invalid_address'],
    [400, { field: 'personalizations.0.subject' }, 'permanent', 'content_rejected'],
    [400, { field: 'content.0.value' }, 'permanent', 'content_rejected'],
    [400, null, 'permanent', 'content_rejected'],
    [401, { message: 'The provided authorization grant is invalid, expired, or revoked' }, 'account', 'credentials'],
    [401, { message: 'Maximum credits exceeded' }, 'account', 'out_of_credits'],
    [403, { message: 'The from address does not match a verified Sender Identity.' }, 'account', 'sender_not_verified'],
    [403, { message: 'Your account has been suspended' }, 'account', 'account_suspended'],
    [403, { message: 'access forbidden' }, 'account', 'credentials'],
    [302, null, 'account', 'configuration'],
    [404, null, 'account', 'configuration'],
    [405, null, 'account', 'configuration'],
    [415, null, 'account', 'configuration'],
    [413, null, 'permanent', 'content_rejected'],
    [429, { message: 'too many requests' }, 'transient', 'rate_limited'],
    [500, null, 'transient', 'provider_error'],
    [502, null, 'transient', 'provider_error'],
    [503, null, 'transient', 'provider_error'],
    [504, null, 'transient', 'provider_error'],
    [529, { message: 'Maximum credits exceeded' }, 'transient', 'provider_error'],
  ])('HTTP %i with %j is %s, %s', (httpStatus, error, outcome, failureCode) => {
    expect(classifySendGrid(httpStatus, error ? [error] : [])).toMatchObject({ outcome, failureCode });
  });

  it('has an answer for every status and every body', () => {
    fc.assert(
      fc.property(status, fc.oneof(fc.string(), fc.json()), (httpStatus, body) => {
        expectFitForMarketers(classifySendGrid(httpStatus, sendGridErrors(body)));
      }),
    );
  });
});

describe('Twilio', () => {
  const table: Record<string, number[]> = {
    'account credentials': [20003, 20403],
    'account account_suspended': [20005, 10001, 30002],
    'account out_of_credits': [63038, 30454],
    'account configuration': [21603, 21606, 21659],
    'transient rate_limited': [20429, 21611, 30001, 14107],
    'permanent invalid_number': [21211, 21614, 21635],
    'permanent unreachable': [30005, 30006],
    'permanent opted_out': [21610],
    'permanent not_allowed': [21612, 21408],
    'permanent carrier_rejected': [30007, 30004],
  };
  it.each(Object.entries(table).flatMap(([meaning, codes]) => codes.map((code) => [code, meaning] as const)))(
    'code %i is %s',
    (code, expected) => {
      const { outcome, failureCode } = classifyTwilio(400, code);
      expect(`${outcome} ${failureCode}`).toBe(expected);
    },
  );

  it('asks to look a message up before sending again after any server error', () => {
    expect(classifyTwilio(400, 20500)).toMatchObject({ outcome: 'transient', lookUpFirst: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 500, max: 999 }),
        fc.constantFrom(null, ...Object.keys(twilioCodes).map(Number)),
        (httpStatus, code) => {
          expect(classifyTwilio(httpStatus, code)).toMatchObject({
            outcome: 'transient',
            failureCode: 'provider_error',
            lookUpFirst: true,
          });
        },
      ),
    );
  });

  it('raises an alert for a loop to one number', () => {
    expect(classifyTwilio(429, 14107)).toMatchObject({ outcome: 'transient', alert: true });
  });

  it('lets a 429 be the account’s limit but never a verdict on the recipient', () => {
    expect(classifyTwilio(429, null)).toMatchObject({ outcome: 'transient', failureCode: 'rate_limited' });
    expect(classifyTwilio(429, 63038)).toMatchObject({ outcome: 'account', failureCode: 'out_of_credits' });
    expect(classifyTwilio(429, 21211)).toMatchObject({ outcome: 'transient' });
  });

  it('goes by the status where the code is not listed', () => {
    expect(classifyTwilio(400, 12345)).toMatchObject({ outcome: 'permanent', failureCode: 'content_rejected' });
    expect(classifyTwilio(401, 12345)).toMatchObject({ outcome: 'account', failureCode: 'credentials' });
    expect(classifyTwilio(401, 21211)).toMatchObject({ outcome: 'account' });
    expect(classifyTwilio(404, 20404)).toMatchObject({ outcome: 'account', failureCode: 'configuration' });
  });

  it('has an answer for every status and every body', () => {
    fc.assert(
      fc.property(status, fc.oneof(fc.string(), fc.json()), (httpStatus, body) => {
        expectFitForMarketers(classifyTwilio(httpStatus, twilioError(body).code));
      }),
    );
  });

  it('explains every listed code to a marketer', () => {
    for (const meaning of [...Object.values(twilioCodes), ...Object.values(twilioDeliveryCodes)]) expectFitForMarketers(meaning);
  });
});

describe('no answer', () => {
  it('is unknown only after the request may have been written', () => {
    for (const cause of ['deadline', 'network', 'stopped'] as const) {
      expect(meaningOfSilence('SendGrid', { kind: 'not_written', cause, detail: '' })).toMatchObject({ outcome: 'transient' });
      const afterwards = meaningOfSilence('SendGrid', { kind: 'no_answer', cause, detail: '' });
      expect(afterwards).toMatchObject({ outcome: 'unknown', failureCode: 'outcome_unknown' });
      expectFitForMarketers(afterwards);
    }
    expectFitForMarketers(notBuilt);
  });
});
