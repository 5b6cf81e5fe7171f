import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureTexts } from '#app/domain/failures.ts';
import type { Meaning } from '#app/providers/classification.ts';
import { meaningOfSilence, notBuilt } from '#app/providers/classification.ts';
import { classifySendGrid, sendGridErrors } from '#app/providers/sendgrid-classification.ts';
import { classifyTwilio, twilioError } from '#app/providers/twilio-classification.ts';
import { twilioCodes, twilioDeliveryCodes, twilioDeliveryFailure } from '#app/providers/twilio-codes.ts';

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
    [403, { message: 'You have no credits: maximum credits exceeded.' }, 'account', 'out_of_credits'],
    [401, { message: 'You have exceeded your messaging limits' }, 'account', 'out_of_credits'],
    [403, { message: 'Sending on the trial plan has ended.' }, 'account', 'trial_account'],
    [403, { message: 'The IP of this request is not whitelisted for the account' }, 'account', 'configuration'],
    [401, { message: 'Your IP address is not allowed to use this key' }, 'account', 'configuration'],
    [401, { message: 'Authenticated user is not authorized to send mail' }, 'account', 'account_suspended'],
    [403, { message: 'This subuser is disabled.' }, 'account', 'account_suspended'],
    [401, { message: 'Account deactivated' }, 'account', 'account_suspended'],
    [401, { message: 'From address is unverified' }, 'account', 'sender_not_verified'],
    [400, { field: 'from.email', message: 'Does not contain a valid address.' }, 'account', 'configuration'],
    [400, { field: 'from', message: 'Invalid' }, 'account', 'configuration'],
    [400, { field: 'reply_to.email' }, 'account', 'configuration'],
    [400, { field: 'from', message: 'The from address does not match a verified Sender Identity.' }, 'account', 'sender_not_verified'],
    [400, { message: 'Your account is suspended' }, 'account', 'account_suspended'],
    [400, { message: 'Maximum credits exceeded' }, 'account', 'out_of_credits'],
    [400, { field: 'content.0.value', message: 'This text is inactive, see the trial' }, 'permanent', 'content_rejected'],
    [403, { message: 'You have exceeded your plan limit' }, 'account', 'out_of_credits'],
    [403, { message: 'Daily sending limit reached' }, 'account', 'out_of_credits'],
    [401, { message: 'Unauthorized IP address' }, 'account', 'configuration'],
    [403, { message: 'You do not have permission to send from this domain' }, 'account', 'sender_not_verified'],
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
        expectFitForMarketers(classifySendGrid(httpStatus, sendGridErrors(body) ?? []));
      }),
    );
  });
});

describe('Twilio', () => {
  const table: Record<string, number[]> = {
    'account credentials': [20003, 20008, 20101, 20151, 20403],
    'account account_suspended': [20005, 20010, 10001, 30002, 90010],
    'account trial_account': [21608, 21607, 21219, 10002, 30044, 30454, 572002, 572005, 572099],
    'account out_of_credits': [63038, 30023, 30027],
    'account configuration': [21212, 21603, 21606, 21659, 21660, 21661, 21703, 21704, 21705, 21910, 63007, 20404],
    'account sender_not_registered': [30032, 30033, 30034, 30035, 21717],
    'permanent sender_not_registered': [30018, 30024, 30041],
    'transient rate_limited': [20429, 21611, 30001, 30022, 63018, 14107],
    'transient provider_error': [20503, 30410],
    'permanent invalid_number': [21211, 21214, 21265, 21266, 21614, 21635, 30005, 30006],
    'permanent opted_out': [21610],
    'permanent not_allowed': [21612, 21408],
    'permanent carrier_rejected': [30007, 30004, 30450],
    'permanent content_rejected': [21602, 21617, 30019],
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

  it.each([
    [30034, 'sender_not_registered', false],
    [30032, 'sender_not_registered', false],
    [30024, 'sender_not_registered', false],
    [30005, 'invalid_number', false],
    [30006, 'invalid_number', false],
    [30007, 'carrier_rejected', false],
    [30002, 'account_suspended', true],
    [21608, 'trial_account', true],
    [30027, 'out_of_credits', true],
    [30003, 'unreachable', true],
    [30008, 'unreachable', true],
    [30022, 'rate_limited', true],
    [30999, 'unreachable', true],
  ])('reported later, %i is %s, retried without a choice: %s', (code, failureCode, mayPass) => {
    expect(twilioDeliveryFailure(code)).toMatchObject({ failureCode });
    expect(failureTexts[failureCode as keyof typeof failureTexts].mayPass).toBe(mayPass);
  });

  it('explains every listed code to a marketer', () => {
    for (const meaning of [...Object.values(twilioCodes), ...Object.values(twilioDeliveryCodes)]) expectFitForMarketers(meaning);
  });
});

it('reads no longer over an endless message than over SendGrid’s', () => {
  expect(classifySendGrid(400, [{ message: 'ip '.repeat(300_000), field: null }])).toMatchObject({ outcome: expect.any(String) });
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
