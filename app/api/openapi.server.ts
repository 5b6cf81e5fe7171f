import { z } from 'zod';
import { may, type Role, roles, scopes, scopesFor } from '../domain/access/roles.ts';
import type { Operation } from './operations/operation.ts';
import { answers } from './schemas/schemas.ts';

type Json = Record<string, unknown>;

const problemTexts: Record<number, string> = {
  400: 'The body is not valid JSON',
  401: 'No valid API key',
  403: 'The role of this key may not',
  404: 'There is nothing under this address',
  408: 'The upload fell silent',
  409: 'The state forbids it',
  412: 'It is not the revision that If-Match names; changes tells what was changed since, by whom and when',
  413: 'The body is too large',
  415: 'The body is of another type',
  422: 'Fields are wrong; errors name them',
  429: 'Too many calls; Retry-After says when to go on',
  503: 'The database does not answer at the moment; Retry-After says when to ask again',
};

/** OpenAPI 3.1, made of the same table and schemas that calls are checked with. */
export function openApiDocument(operations: Record<string, Operation>): Json {
  const paths: Record<string, Json> = {};
  for (const [name, operation] of Object.entries(operations)) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: describe(name, operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rollcall',
      version: '1',
      description: 'Email and SMS campaigns in which every recipient is accounted for. Errors are RFC 9457 problems with a stable code.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An API key. At most 100 calls a second. Where it has scopes it may call what one of them opens; where it is for one campaign or channel, whatever else there is is 403 or 404. Answers say in API-Key-Expires when it ends, if it does.',
        },
      },
      responses: Object.fromEntries(
        Object.entries(problemTexts).map(([status, description]) => [
          status,
          { description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
        ]),
      ),
      schemas: Object.fromEntries(Object.entries(answers).map(([name, schema]) => [name, jsonSchema(schema, 'output')])),
    },
  };
}

function describe(name: string, operation: Operation): Json {
  const ids = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, id]) => ({
    name: id,
    in: 'path',
    required: true,
    schema: { type: 'integer', minimum: 1 },
  }));
  const parameters = [
    ...ids,
    ...queryParameters(operation),
    ...(operation.ifMatch ? [ifMatch] : []),
    ...(operation.method === 'POST' ? [idempotencyKey] : []),
  ];
  const body = requestBody(operation);
  return {
    operationId: name,
    summary: operation.summary,
    description: `Roles: ${rolesWith(operation).join(', ')}.${scopesOf(operation)}`,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: body }),
    responses: { [operation.status]: success(operation), ...problems(operation, ids.length > 0) },
  };
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'The same key answers the first answer again, for 24 hours, and does nothing. 409 idempotency_in_progress: the first call still runs. 409 idempotency_outcome_unknown: it broke off; look at `look_at`, and use a new key where it was not done. An answer with Retry-After did nothing and is not kept, and neither is a refused upload. Secrets are not answered again.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

const ifMatch = {
  name: 'If-Match',
  in: 'header',
  description: 'The ETag of the revision that you saw, such as "7". Another one by now is 412 stale_revision. Default: the last one wins.',
  schema: { type: 'string' },
};

function rolesWith({ permission, also = [] }: Operation): Role[] {
  return roles.filter((role) => [permission, ...also].every((one) => may({ role }, one)));
}

function scopesOf({ permission, also = [], open }: Operation): string {
  if (open) return '';
  const enough = scopes.filter((scope) => [permission, ...also].every((one) => may({ role: 'admin', scopes: [scope] }, one)));
  return ` Scopes: ${enough.length > 0 ? enough.join(', ') : scopesFor(permission).join(', ')}.`;
}

function queryParameters({ query }: Operation): Json[] {
  if (!query) return [];
  const { properties = {} } = jsonSchema(query, 'input') as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(description !== undefined && { description }),
    schema: Object.keys(schema).length > 0 ? schema : { type: 'string' },
  }));
}

function requestBody({ body, upload }: Operation): Json | undefined {
  if (upload) return { required: true, content: Object.fromEntries(upload.map((type) => [type, { schema: uploadSchemas[type] ?? {} }])) };
  return body && { content: { 'application/json': { schema: jsonSchema(body, 'input') } } };
}

const uploadSchemas: Record<string, Json> = {
  'text/csv': { type: 'string' },
  'application/json': {
    type: 'array',
    items: { type: 'object', required: ['address'], properties: { address: { type: 'string' } }, additionalProperties: true },
  },
};

function success({ status, answer, contentType, summary }: Operation): Json {
  if (status === 204) return { description: 'Done' };
  if (contentType) return { description: summary, content: { [contentType]: { schema: { type: 'string' } } } };
  return {
    description: summary,
    ...(answer === 'Campaign' && { headers: { ETag: { description: 'Its revision, quoted.', schema: { type: 'string' } } } }),
    content: { 'application/json': { schema: answer ? { $ref: `#/components/schemas/${answer}` } : { type: 'object' } } },
  };
}

function problems(operation: Operation, hasIds: boolean): Json {
  const statuses = new Set([
    400,
    401,
    403,
    429,
    503,
    ...(hasIds ? [404] : []),
    ...(operation.body ? [413, 415] : []),
    ...(operation.problems ?? []),
  ]);
  // A key of another request, and a first call that still runs.
  if (operation.method === 'POST') for (const status of [409, 422]) statuses.add(status);
  return Object.fromEntries([...statuses].sort((a, b) => a - b).map((status) => [status, { $ref: `#/components/responses/${status}` }]));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => simplify(jsonSchema),
  });
  return json;
}

/** Leaves out what says nothing to a reader: the bounds of JavaScript's integers, and patterns that a format's name stands for. */
function simplify(json: Json): void {
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  if (json.format === 'date-time') delete json.pattern;
}
