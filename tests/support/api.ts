import type { AppLoadContext } from '@remix-run/node';
import { createStaticHandler } from '@remix-run/router';
import { expect } from 'vitest';
import { type Env, readEnv } from '#app/config/env.server.ts';
import { createLogger } from '#app/config/log.server.ts';
import { createApiKey } from '#app/domain/access/api-keys.server.ts';
import { createAuth } from '#app/domain/access/auth.server.ts';
import { currentDoor, through } from '#app/domain/access/door.server.ts';
import type { Role } from '#app/domain/access/roles.ts';
import { action, loader } from '#app/routes/api.$.ts';
import { nonconformities } from './conformity.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

/** The API's one route, as Remix finds it. */
export const apiRoute = { id: 'routes/api.$', path: 'api/*', module: { loader, action } };

const origin = 'http://localhost:3000';

export interface TestApi extends TestDatabase {
  context: AppLoadContext;
  keys: Record<Role, string>;
  /**
   * Calls `/api/v1` + path through the routes; JSON bodies are written out, and the admin's key is used where none is named.
   * Every answer must be one that the OpenAPI document describes.
   */
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** null: without any. */
  key?: string | null;
}

export async function startApi(environment: Record<string, string> = {}): Promise<TestApi> {
  const own = await createTestDatabase();
  const env: Env = readEnv({ DATABASE_URL: own.url, LOG_LEVEL: 'error', ...environment });
  const auth = createAuth(own.db, { baseUrl: env.baseUrl, secret: 'a secret of at least 32 characters, for tests' });
  const context: AppLoadContext = { env, db: own.db, auth, log: createLogger(env), cspNonce: '' };
  const keys = {} as Record<Role, string>;
  for (const role of ['admin', 'marketer', 'support', 'analyst'] as const) {
    keys[role] = (await createApiKey(own.db, { name: role, role, createdBy: null })).key;
  }

  const { id, path, module } = apiRoute;
  const handler = createStaticHandler([{ id, path, ...module } as never]);

  return {
    ...own,
    context,
    keys,
    async call(method, path, { body, headers = {}, key = keys.admin } = {}) {
      const isJson = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array) && !(body instanceof ReadableStream);
      const request = new Request(`${origin}/api/v1${path}`, {
        method,
        headers: {
          ...(key !== null && { Authorization: `Bearer ${key}` }),
          ...(isJson && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: (isJson ? JSON.stringify(body) : body) as BodyInit, duplex: 'half' }),
      });
      // Through a door, as the server has one: the domain asks whoever comes through it.
      const door = currentDoor() ?? { door: 'api', address: null, device: null };
      const response = await through(door, () => handler.queryRoute(request, { requestContext: context })).catch((thrown: unknown) => {
        if (thrown instanceof Response) return thrown;
        throw thrown;
      });
      expect(await nonconformities(method, path, response)).toEqual([]);
      return response;
    },
  };
}
