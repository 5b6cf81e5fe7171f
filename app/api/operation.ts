import type { z } from 'zod';
import type { Permission } from '../domain/access/roles.ts';
import type { AnswerName } from './schemas.ts';

/** One call of the API: what it needs, what it takes and what it answers. Handlers, checks and the OpenAPI document all read this. */
export interface Operation {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below /api/v1, parameters in braces; all of them are ids. */
  path: string;
  summary: string;
  permission: Permission;
  query?: z.ZodObject;
  /** Takes If-Match with a revision. */
  ifMatch?: true;
  /** JSON, up to 1.5 MB. Without a schema a body is not read. */
  body?: z.ZodType;
  /** The body has html and text of up to 1 MB each. */
  content?: true;
  /** The body is handed on as it arrives, of any size. */
  upload?: readonly string[];
  status: 200 | 201 | 202 | 204;
  answer?: AnswerName;
  /** Where the answer is a stream and no JSON. */
  contentType?: string;
  /** Problems beside 401, 403, 429, 503 and, where there are parameters, 404. */
  problems?: readonly number[];
}
