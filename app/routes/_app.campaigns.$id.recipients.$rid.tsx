import type { LoaderFunctionArgs } from '@remix-run/node';
import { type ShouldRevalidateFunction, useFetcher, useLoaderData, useLocation, useOutletContext, useParams } from '@remix-run/react';
import type { LiveOutlet } from '#app/components/campaign/live-outlet.ts';
import { MessagePreview } from '#app/components/recipient-story/message-preview.tsx';
import { RecipientStory } from '#app/components/recipient-story/recipient-story.tsx';
import { SideSheet } from '#app/components/recipient-story/side-sheet.tsx';
import { Variables } from '#app/components/recipient-story/variables.tsx';
import { RecipientStatusBadge } from '#app/components/status-badge.tsx';
import { assertMay, requireUser } from '#app/domain/access/require.server.ts';
import { previewMessage } from '#app/domain/content/preview-message.server.ts';
import { getRecipient } from '#app/domain/recipients/get-recipient.server.ts';
import { idOf, orErrorPage } from '#app/page-problem.server.ts';
import { useRecipientChanges } from '#app/realtime/use-recipient-changes.ts';

export async function loader({ context, request, params }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'campaigns:read');
  const { db } = context;
  const [id, rid] = [idOf(params.id), idOf(params.rid)];
  const [{ recipient, attempts }, preview] = await orErrorPage(Promise.all([getRecipient(db, id, rid), previewMessage(db, id, rid)]));
  const { subject, text, html, problems } = preview;
  const wrong = problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  return { recipient, attempts, message: { subject, text, hasHtml: html !== null, problems: wrong } };
}

/** The story follows its recipient by itself; what else happens on the page is no reason to read it again. */
export const shouldRevalidate: ShouldRevalidateFunction = ({ currentParams, nextParams, formMethod }) =>
  currentParams.rid !== nextParams.rid || currentParams.id !== nextParams.id || (formMethod !== undefined && formMethod !== 'GET');

export default function RecipientSheet() {
  const loaded = useLoaderData<typeof loader>();
  const { id, rid } = useParams();
  const { channel, from, variables, joins, path } = useOutletContext<LiveOutlet>();
  const { search } = useLocation();
  const story = useFetcher<typeof loader>({ key: `story ${id} ${rid}` });
  const { recipient, attempts, message } = story.data ?? loaded;
  useRecipientChanges(Number(id), loaded.recipient.id, joins, () => story.load(`${path}/recipients/${rid}`));

  return (
    <SideSheet title={recipient.address} badge={<RecipientStatusBadge status={recipient.status} />} closeTo={{ pathname: path, search }}>
      <RecipientStory recipient={recipient} attempts={attempts} channel={channel} />
      <Variables variables={recipient.variables} order={variables} />
      <MessagePreview
        from={from}
        message={message}
        channel={channel}
        address={recipient.address}
        src={`${path}/recipients/${rid}/message`}
      />
    </SideSheet>
  );
}
