import type { AppLoadContext } from '@remix-run/node';
import type { z } from 'zod';
import type { Permission, Viewer } from '../../domain/access/roles.ts';
import type { AnswerName, answers } from '../schemas/schemas.ts';

/** The names of a path's ids: of `/campaigns/{id}/recipients/{rid}` they are `id` and `rid`. */
type IdsOf<Path extends string> = Path extends `${string}{${infer Id}}${infer Rest}` ? Id | IdsOf<Rest> : never;
type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type AnswerOf<Name> = Name extends AnswerName ? z.output<(typeof answers)[Name]> : undefined;

/** What a call's function gets: all of it checked, nothing left to parse. */
interface ApiCall<Path extends string, Query, Body> {
  context: AppLoadContext;
  viewer: Viewer;
  request: Request;
  ids: Record<IdsOf<Path>, number>;
  query: Parsed<Query>;
  body: Parsed<Body>;
}

interface Described<Path extends string, Query, Body, Answer> {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below /api/v1, parameters in braces; all of them are ids. */
  path: Path;
  summary: string;
  permission: Permission;
  /** What it takes beside that. */
  also?: readonly Permission[];
  /** A key for one campaign or channel may call it, and `run` keeps to that. Without this it may call only what is about a campaign of its own (`/campaigns/{id}`). */
  narrowed?: true;
  /** Whoever reads it needs no key. */
  open?: true;
  query?: Query;
  /** Takes If-Match with a revision. */
  ifMatch?: true;
  /** JSON, up to 1.5 MB. Without a schema a body is not read. */
  body?: Body;
  /** The body has html and text of up to 1 MB each. */
  content?: true;
  /** The body is handed on as it arrives, of any size. */
  upload?: readonly string[];
  status: 200 | 201 | 202 | 204;
  answer?: Answer;
  /** Where the answer is a stream and no JSON. */
  contentType?: string;
  /** Problems beside 401, 403, 429, 503 and, where there are parameters, 404. */
  problems?: readonly number[];
  /** Does it: one call of the domain. Answers the JSON of `answer`, nothing for 204, or a Response of its own. */
  run(call: ApiCall<Path, Query, Body>): Promise<AnswerOf<Answer> | Response>;
}

/** One call of the API: what it needs, what it takes, what it answers and what does it. The route, its checks and the OpenAPI document read this. */
export interface Operation extends Omit<Described<string, z.ZodObject | undefined, z.ZodType | undefined, AnswerName | undefined>, 'run'> {
  run(call: AnyCall): Promise<object | undefined>;
}

/** A call as the route hands it on; `viewer` is missing only where the operation is open. */
export interface AnyCall extends Pick<ApiCall<string, never, never>, 'context' | 'request'> {
  viewer?: Viewer;
  ids: Record<string, number>;
  query?: unknown;
  body?: unknown;
}

/** Lets the types of ids, query, body and answer follow from what the operation says of them. */
export function operation<
  const Path extends string,
  Query extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
  const Answer extends AnswerName | undefined = undefined,
>(described: Described<Path, Query, Body, Answer>): Operation {
  return described as Operation;
}
