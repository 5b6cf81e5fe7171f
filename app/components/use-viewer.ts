import { useRouteLoaderData } from '@remix-run/react';
import type { Viewer } from '#app/domain/access/roles.ts';

/** The signed-in person, for pages below `_app`: hides what their role may not do (the server refuses it anyway). */
export function useViewer(): Viewer {
  const data = useRouteLoaderData<() => { viewer: Viewer }>('routes/_app');
  if (!data) throw new Error('useViewer was called outside of the signed-in layout');
  return data.viewer;
}
