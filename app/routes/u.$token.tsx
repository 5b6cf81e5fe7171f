import { type ActionFunctionArgs, data, type HeadersFunction, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node';
import { useActionData, useLoaderData } from '@remix-run/react';
import { UnsubscribeCard, type UnsubscribeState } from '#app/components/unsubscribe/unsubscribe-card.tsx';
import { findSubscription, unsubscribe } from '#app/domain/unsubscribe/unsubscribe.server.ts';
import { TEST_TOKEN } from '#app/domain/unsubscribe/unsubscribe-link.server.ts';

export const meta: MetaFunction = () => [{ title: 'Unsubscribe' }, { name: 'robots', content: 'noindex' }];

export const headers: HeadersFunction = () => ({ 'X-Robots-Tag': 'noindex' });

/** Only shows a page: programs that check links for harm open them, too. */
export async function loader({ context, params }: LoaderFunctionArgs) {
  return show(context, params.token ?? '', false);
}

/** The page's button, and the one-click of mail programs (RFC 8058): no sign-in, no redirect, once or many times the same. */
export async function action({ context, params }: ActionFunctionArgs) {
  return show(context, params.token ?? '', true);
}

async function show({ db }: LoaderFunctionArgs['context'], token: string, end: boolean) {
  if (token === TEST_TOKEN) return data<UnsubscribeState>({ kind: 'test' });
  const subscription = await findSubscription(db, token);
  if (!subscription) return data<UnsubscribeState>({ kind: 'wrong' }, { status: 404 });
  if (end) await unsubscribe(db, subscription);
  const { channel, sender, masked, suppressed } = subscription;
  return data<UnsubscribeState>({ kind: end || suppressed ? 'done' : 'ask', channel, sender, masked });
}

export default function Unsubscribe() {
  const loaded = useLoaderData<typeof loader>();
  const answered = useActionData<typeof action>();
  return <UnsubscribeCard state={(answered ?? loaded) as UnsubscribeState} />;
}
