import { MantineProvider } from '@mantine/core';
import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { createStaticHandler, createStaticRouter, type StaticHandlerContext, StaticRouterProvider } from 'react-router-dom/server';
import { ReaderProvider } from '#app/components/reader-context.tsx';
import type { Permission, Role } from '#app/domain/access/roles.ts';

/** A part of a page as the server makes it for somebody of that role: its HTML, and its words alone with single blanks. */
export async function rendered(
  part: ReactElement,
  role: Role = 'marketer',
  withheld: Permission[] = [],
): Promise<{ html: string; words: string }> {
  const viewer = { kind: 'user', id: '1', label: 'Ana', email: 'ana@example.com', role, withheld };
  const handler = createStaticHandler([{ id: 'routes/_app', path: '*', loader: () => ({ viewer }), element: part }]);
  const context = (await handler.query(new Request('http://localhost/campaigns/7'))) as StaticHandlerContext;
  const html = renderToStaticMarkup(
    <MantineProvider>
      <ReaderProvider reader={{ locale: 'en-US', timeZone: 'UTC', now: Date.parse('2026-03-01T12:30:00Z') }}>
        <StaticRouterProvider router={createStaticRouter(handler.dataRoutes, context)} context={context} hydrate={false} />
      </ReaderProvider>
    </MantineProvider>,
  );
  const words = html
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .replace(/ ([.,])/g, '$1')
    .trim();
  return { html, words };
}
