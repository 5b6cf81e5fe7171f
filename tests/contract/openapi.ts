import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false });
(addFormats as unknown as (ajv: Ajv) => void)(ajv);
ajv.addFormat('phone-number', /^(\+[1-9]\d{1,14}|[A-Za-z0-9 ]{1,11})$/);
ajv.addFormat('date-time-rfc-2822', /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000$/);
ajv.addFormat('currency', /^[A-Z]{3}$/i);
ajv.addFormat('uri-map', true);
// The list's page addresses are paths, which are no absolute URIs.
ajv.addFormat('uri', (value: string) => URL.canParse(value, 'https://api.twilio.com'));

for (const name of ['sendgrid-mail.json', 'twilio-messages.json']) {
  ajv.addSchema(JSON.parse(readFileSync(new URL(`specs/${name}`, import.meta.url), 'utf8')), name);
}

function schema(name: string, ...path: string[]): ValidateFunction {
  return ajv.compile({
    $ref: `${name}#/${path.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`,
  });
}

const messages = '/2010-04-01/Accounts/{AccountSid}/Messages.json';
const content = (type: string) => ['content', type, 'schema'];

/** What the providers' own OpenAPI documents say about requests and answers. */
export const promised = {
  sendgridRequest: schema('sendgrid-mail.json', 'components', 'requestBodies', 'PostMailSend', ...content('application/json')),
  sendgridError: schema('sendgrid-mail.json', 'components', 'schemas', 'ErrorResponse'),
  twilioRequest: schema('twilio-messages.json', 'paths', messages, 'post', 'requestBody', ...content('application/x-www-form-urlencoded')),
  twilioMessage: schema('twilio-messages.json', 'components', 'schemas', 'api.v2010.account.message'),
  twilioList: schema('twilio-messages.json', 'paths', messages, 'get', 'responses', '200', ...content('application/json')),
};

/** The mistakes of a value, readable in a failing test; empty when it fits. */
export function mistakes(validate: ValidateFunction, value: unknown): string[] {
  return validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
}
