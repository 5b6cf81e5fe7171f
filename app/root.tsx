import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import '@mantine/dropzone/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './styles.css';
import { ColorSchemeScript, MantineProvider, mantineHtmlProps } from '@mantine/core';
import type { LinksFunction, LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Links, Meta, Outlet, Scripts, ScrollRestoration, type ShouldRevalidateFunction, useRouteLoaderData } from '@remix-run/react';
import type { ReactNode } from 'react';
import { ErrorPage } from './components/error-page.tsx';
import { PAGE_ID } from './components/foreign-nodes.ts';
import { Logo } from './components/logo.tsx';
import { NavigationProgress } from './components/navigation-progress.tsx';
import { styleNonce, useNonce } from './components/nonce.ts';
import { type Reader, readReader } from './components/reader.ts';
import { ReaderProvider } from './components/reader-context.tsx';
import { cssVariablesResolver, theme } from './components/theme.ts';

export const links: LinksFunction = () => [{ rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' }];

export const meta: MetaFunction = () => [
  { title: 'Rollcall' },
  { name: 'description', content: 'Email and SMS campaigns in which every recipient is accounted for.' },
];

export function loader({ request }: LoaderFunctionArgs): { reader: Reader } {
  return { reader: readReader(request.headers, Date.now()) };
}

/** Locale and zone do not change between pages; the browser's clock goes on by itself. */
export const shouldRevalidate: ShouldRevalidateFunction = () => false;

const withoutData: Reader = { locale: 'en-US', timeZone: 'UTC', now: 0 };

export function Layout({ children }: { children: ReactNode }) {
  const nonce = useNonce();
  const data = useRouteLoaderData<typeof loader>('root');
  return (
    <html lang="en" {...mantineHtmlProps}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <Meta />
        <Links />
        <ColorSchemeScript defaultColorScheme="auto" nonce={nonce} suppressHydrationWarning />
        <noscript>
          <style nonce={nonce} suppressHydrationWarning>
            {'.needs-script{display:none!important}.no-script{display:revert!important}'}
          </style>
        </noscript>
      </head>
      <body>
        <MantineProvider
          theme={theme}
          cssVariablesResolver={cssVariablesResolver}
          defaultColorScheme="auto"
          getStyleNonce={() => styleNonce(nonce)}
        >
          <ReaderProvider reader={data?.reader ?? withoutData}>
            <div id={PAGE_ID}>
              <NavigationProgress />
              {children}
            </div>
          </ReaderProvider>
        </MantineProvider>
        <ScrollRestoration nonce={nonce} />
        <Scripts nonce={nonce} />
      </body>
    </html>
  );
}

export default function App() {
  return <Outlet />;
}

export function ErrorBoundary() {
  return (
    <main>
      <div style={{ padding: '20px 24px' }}>
        <Logo />
      </div>
      <ErrorPage />
    </main>
  );
}
