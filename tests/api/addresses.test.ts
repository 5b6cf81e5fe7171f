import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEnv } from '#app/config/env.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { freePort, startWeb } from '#tests/support/web.ts';

/** Which call an address means, through the real server: paths go over the line as they stand here. */

let api: TestApi;
let web: Awaited<ReturnType<typeof startWeb>>;
let port: number;
beforeAll(async () => {
  api = await startApi();
  port = await freePort();
  web = await startWeb({ ...api.context, env: readEnv({ DATABASE_URL: api.url, LOG_LEVEL: 'error', PORT: String(port) }) });
  for (const name of ['First', 'Second']) {
    const response = await api.call('POST', '/campaigns', { body: { name, channel: 'email' } });
    expect(response.status).toBe(201);
  }
});
afterAll(async () => {
  await web.stop();
  await api.drop();
});

interface Answer {
  status: number;
  allow: string | null;
  body: string;
}

function ask(method: string, path: string, key: string | null = api.keys.admin): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { ...(key !== null && { authorization: `Bearer ${key}` }), connection: 'close' };
    const asked = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, allow: response.headers.allow ?? null, body: Buffer.concat(pieces).toString() }),
      );
    });
    asked.on('error', reject).end();
  });
}

const ITEM = 'GET, PATCH, DELETE';
const LIST = 'GET, POST';

test.each<[method: string, path: string, status: number, allow?: string]>([
  // Capital letters, slashes at the end and percent signs for plain letters change nothing.
  ['GET', '/api/v1/campaigns', 200],
  ['GET', '/api/v1/campaigns/', 200],
  ['GET', '/api/v1/campaigns//', 200],
  ['GET', '/api/v1/Campaigns', 200],
  ['GET', '/API/V1/CAMPAIGNS/1', 200],
  ['GET', '/api/v1/c%61mpaigns/%31', 200],
  ['GET', '/%61pi/v1/campaigns/1/', 200],
  ['GET', '/api/v1/campaigns/1/EXPORT%2Ecsv', 200],
  ['GET', '/api/v1/campaigns?index', 200],
  // A step too many, too few, empty, or with a slash within is another address.
  ['GET', '/api', 404],
  ['GET', '/api/', 404],
  ['GET', '/api/v1', 404],
  ['GET', '/api/v2/campaigns', 404],
  ['GET', '/api//v1/campaigns', 404],
  ['GET', '/api/v1//campaigns', 404],
  ['GET', '/api/v1%2Fcampaigns', 404],
  ['GET', '/api/v1/campaigns%2F1', 404],
  ['GET', '/api/v1/campaigns//recipients', 404],
  ['GET', '/api/v1/campaigns/1//recipients', 404],
  ['GET', '/api/v1/campaigns/1/imports/1', 404],
  ['POST', '/api/v1/campaigns/1/nothing', 404],
  // A dot is a dot.
  ['GET', '/api/v1/campaigns/1/exportxcsv', 404],
  ['GET', '/api/v1/openapixjson', 404],
  // What names nothing: no id, two steps in one, one letter too many.
  ['GET', '/api/v1/campaigns/1%2F', 404],
  ['GET', '/api/v1/campaigns/%2F', 404],
  ['GET', '/api/v1/campaigns/1%2Fsend', 404],
  ['GET', '/api/v1/campaigns/%20', 404],
  ['GET', '/api/v1/campaigns/1%0A', 404],
  ['GET', '/api/v1/campaigns/1%E2%80%A8', 404],
  ['GET', '/api/v1/campaigns/+1', 404],
  ['GET', '/api/v1/campaigns/{id}', 404],
  ['GET', '/api/v1/campaigns/:id', 404],
  ['GET', '/api/v1/campaigns/x/recipients/1', 404],
  ['GET', '/api/v1/campaigns/1/imports/x/report.csv', 404],
  // Letters that look or fold like others are not them.
  ['GET', '/api/v1/webhoo%E2%84%AA-endpoints', 404],
  ['GET', '/api/v1/campa%C4%B1gns', 404],
  // HEAD is as GET; what an address does not take is told with what it takes.
  ['HEAD', '/api/v1/campaigns/1', 200],
  ['HEAD', '/api/v1/campaigns/1/send', 405, 'POST'],
  ['HEAD', '/api/v1/campaigns/1/activity.csv', 200],
  ['OPTIONS', '/api/v1/campaigns', 405, LIST],
  ['OPTIONS', '/api/v1/campaigns/1/', 405, ITEM],
  ['PUT', '/api/v1/campaigns/1', 405, ITEM],
  ['POST', '/api/v1/Campaigns/1', 405, ITEM],
  ['PATCH', '/api/v1/campaigns', 405, LIST],
  ['PUT', '/api/v1/campaigns/1/recipients', 405, 'GET, POST, DELETE'],
  ['PATCH', '/api/v1/suppressions', 405, 'GET, POST, DELETE'],
  ['GET', '/api/v1/campaigns/1/send', 405, 'POST'],
  ['GET', '/api/v1/campaigns/x/send', 405, 'POST'],
  ['OPTIONS', '/api/v1/nothing', 404],
  ['PUT', '/api/v1/nothing', 404],
  // A word goes before an id.
  ['DELETE', '/api/v1/suppressions/imports', 405, 'POST'],
  ['DELETE', '/api/v1/suppressions/IMPORTS/', 405, 'POST'],
  ['POST', '/api/v1/suppressions/imports', 422],
  ['POST', '/api/v1/suppressions/1', 405, 'DELETE'],
  ['DELETE', '/api/v1/suppressions/x', 404],
  // The description takes what every other address takes.
  ['POST', '/api/v1/openapi.json', 405, 'GET'],
])('%s %s is answered with %i', async (method, path, status, allow) => {
  const answer = await ask(method, path);
  expect({ status: answer.status, allow: answer.allow }).toEqual({ status, allow: allow ?? null });
  if (method === 'HEAD') expect(answer.body).toBe('');
  else if (status >= 400) expect(JSON.parse(answer.body)).toMatchObject({ status });
});

test.each(['/api/v1/openapi.json', '/api/v1/openapi.json/', '/api/v1/OpenAPI%2Ejson'])('%s is read without a key', async (path) => {
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    const { status, body } = await ask(method, path, null);
    expect(status).toBe(200);
    if (method === 'GET') expect(JSON.parse(body)).toMatchObject({ openapi: '3.1.0' });
  }
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) expect((await ask(method, path, null)).status).toBe(401);
});

test('who may not is told so before the id is looked at, and who is nobody before the address is', async () => {
  expect((await ask('PATCH', '/api/v1/campaigns/x', api.keys.analyst)).status).toBe(403);
  for (const path of ['/api/v1/campaigns/x', '/api/v1/nothing', '/api']) expect((await ask('GET', path, null)).status).toBe(401);
});

test("Remix's own reading of an address means the same call", async () => {
  const answer = await ask('GET', '/api/v1/campaigns/2.data');
  expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('Second') });
  expect((await ask('GET', '/api/v1/campaigns/x.data')).status).toBe(404);
});
