import type { LoaderFunctionArgs } from '@remix-run/node';
import { frameStyle } from '#app/domain/content/frame-style.ts';
import { previewMessage } from '#app/domain/content/preview-message.server.ts';
import { framePolicy, withoutLinks } from '#app/domain/content/remote-pictures.ts';
import { stylesWithNonce } from '#app/domain/content/styles-with-nonce.ts';
import { idOf, orErrorPage } from '#app/http/page-problem.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';

/**
 * A message's HTML as a document of its own, for a sandboxed frame. It was written by anybody, so it may run nothing, send nothing and is
 * of no origin, also where its URL is opened directly. Its own style elements get the answer's nonce: without it the page's policy
 * would drop them, and the message would look different from what the recipient sees. Pictures of other servers only with `?pictures`.
 */
export async function loader({ context, request, params }: LoaderFunctionArgs): Promise<Response> {
  assertMay(await requireUser(context, request), 'people:read');
  const { html } = await orErrorPage(previewMessage(context.db, idOf(params.id), idOf(params.rid)));
  const styled = stylesWithNonce(withoutLinks(html ?? ''), context.cspNonce);
  const base = `<!doctype html><style nonce="${context.cspNonce}">${frameStyle}</style>`;
  return new Response(base + styled, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `sandbox; ${framePolicy(new URL(request.url).searchParams.has('pictures'))}`,
      'Cache-Control': 'private, no-store',
      'X-Robots-Tag': 'noindex',
    },
  });
}
