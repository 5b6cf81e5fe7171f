import { type LoaderFunctionArgs, redirect } from '@remix-run/node';

/** The list is the first page; people type this address too. */
export function loader({ request }: LoaderFunctionArgs): Response {
  return redirect(`/${new URL(request.url).search}`);
}
