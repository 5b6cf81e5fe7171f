import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openApiDocument } from '#app/api/openapi.server.ts';
import { operations } from '#app/api/operations.server.ts';

interface Described {
  responses: Record<string, { $ref?: string; content?: Record<string, unknown> }>;
}

const document = openApiDocument(operations) as { paths: Record<string, Record<string, Described>> };
const ajv = new Ajv2020({ strict: false, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema(document, 'openapi');

const escaped = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

/** What of an answer is not as our OpenAPI document says; empty when all is. Addresses and methods that it does not describe are not judged. */
export async function nonconformities(method: string, path: string, response: Response): Promise<string[]> {
  const below = path.split('?')[0] ?? '';
  const described = Object.entries(document.paths).find(([pattern]) =>
    new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(below),
  );
  const operation = described?.[1][method.toLowerCase()];
  if (!described || !operation) return [];
  const status = String(response.status);
  const promised = operation.responses[status];
  if (!promised) return [`${method} ${described[0]} may not answer ${status}`];

  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  const pointer = promised.$ref ? promised.$ref.slice(1) : `/paths/${escaped(described[0])}/${method.toLowerCase()}/responses/${status}`;
  if (response.status === 204) return (await response.clone().text()) === '' ? [] : ['204 has no body'];
  if (type === 'text/csv' || type === 'application/x-ndjson') return promised.content?.[type] ? [] : [`is not described as ${type}`];
  const validate = ajv.compile({ $ref: `openapi#${pointer}/content/${escaped(type)}/schema` });
  if (validate(await response.clone().json())) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${method} ${below} ${instancePath || '/'} ${message}`);
}
