import type { Request } from 'express';
import { isSameOrigin } from '../domain/access/same-origin.ts';
import { notFound, Problem } from '../domain/problem.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** A mail program's own way to end a subscription, and the page's. */
const UNSUBSCRIBE = /^\/u\/[^/]+$/;

/** What is wrong with a request, before anything of ours reads it; undefined where it may go on. */
export function refusal(request: Request): Problem | undefined {
  const { method, headers, url } = request;
  if (!METHODS.includes(method)) return new Problem(405, 'method_not_allowed', `${method} is not understood here.`);
  const hosts = [headers.host, headers['x-forwarded-host']].flatMap((value) => String(value ?? '').split(','));
  if (!url.startsWith('/') || !hosts.every(isHost)) {
    return new Problem(400, 'invalid', 'The address of this request, or its Host header, is not one that can be understood.');
  }
  return brokenPath(request.path) ?? (UNSUBSCRIBE.test(request.path) ? undefined : brokenQuery(url));
}

/** Whoever reads such a path step by step and whoever reads it whole would see two addresses. */
function brokenPath(path: string): Problem | undefined {
  const steps = path.split('/').map((step) => step.replaceAll(/%2e/gi, '.'));
  if (steps.some((step) => step === '.' || step === '..') || /\\|%00/.test(path)) {
    return new Problem(
      400,
      'invalid',
      'The address of this request has parts that cannot be understood. Write it without dots and backslashes.',
    );
  }
  // Remix's way to say "whatever follows", which is how the API is reached, ends at a line break.
  return /^\/api\//i.test(path) && /%0[ad]|%e2%80%a[89]/i.test(path) ? notFound() : undefined;
}

function brokenQuery(url: string): Problem | undefined {
  const query = url.slice(url.indexOf('?') + 1);
  if (!url.includes('?') || !query) return undefined;
  if (new URLSearchParams(query).has('_data'))
    return new Problem(400, 'invalid', 'There is no parameter "_data". Add .data to the path instead.');
  if (!isText(query)) {
    return new Problem(
      400,
      'invalid',
      'The part of the address after the question mark has characters that cannot be read. Write it as UTF-8, without NUL.',
    );
  }
  return undefined;
}

/** Of what is encoded with percent signs: is it UTF-8 without NUL? A percent sign that encodes nothing stands for itself, as in forms. */
export function isText(encoded: string): boolean {
  if (encoded.includes('%00') || encoded.includes('\0')) return false;
  try {
    decodeURIComponent(encoded.replaceAll(/%(?![\da-f]{2})/gi, '%25'));
    return true;
  } catch {
    return false;
  }
}

/**
 * A page's form that another site sent. Each action checks that, too; here it gets a 403, where Remix would fail on it. Programs with a key and
 * providers come from anywhere, and so do the forms that mail programs send to end a subscription: they have no session to misuse. What may
 * pass names BASE_URL from here on, since Remix compares Origin and Host by itself, and a proxy may have changed the latter.
 */
export function crossOrigin(request: Request, baseUrl: string): Problem | undefined {
  const program = /^\/(api|webhooks)\//.test(request.path) && !request.path.endsWith('.data');
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method) || program) return undefined;
  if (UNSUBSCRIBE.test(request.path)) {
    delete request.headers.origin;
    return undefined;
  }
  const given = ['origin', 'sec-fetch-site', 'host', 'x-forwarded-host'].flatMap((name) => {
    const value = request.get(name);
    return value === undefined ? [] : [[name, value] as [string, string]];
  });
  if (!isSameOrigin(new globalThis.Request(baseUrl, { headers: given }), baseUrl)) {
    return new Problem(403, 'cross_origin', 'This request came from another site. Reload the page and try again.');
  }
  const { origin, host } = new URL(baseUrl);
  if (request.headers.origin !== undefined) request.headers.origin = origin;
  request.headers.host = host;
  delete request.headers['x-forwarded-host'];
  return undefined;
}

function isHost(text: string): boolean {
  const url = `http://${text.trim() || 'localhost'}`;
  return URL.canParse(url) && new URL(url).href === `http://${new URL(url).host}/`;
}
