import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { type ShouldRevalidateFunction, useActionData, useLoaderData, useLocation, useOutletContext, useParams } from '@remix-run/react';
import type { ActAnswer } from '#app/components/act-answer.ts';
import type { LiveOutlet } from '#app/components/campaign/live-outlet.ts';
import { RecipientActions } from '#app/components/recipient-actions/recipient-actions.tsx';
import { MessagePreview } from '#app/components/recipient-story/message-preview.tsx';
import { RecipientStory as Story } from '#app/components/recipient-story/recipient-story.tsx';
import { SideSheet } from '#app/components/recipient-story/side-sheet.tsx';
import { useStory } from '#app/components/recipient-story/use-story.ts';
import { Variables } from '#app/components/recipient-story/variables.tsx';
import { RecipientStatusBadge } from '#app/components/status-badge.tsx';
import { recipientStory } from '#app/domain/activity/recipient-story.server.ts';
import { previewMessage } from '#app/domain/content/preview-message.server.ts';
import { hasRemotePictures } from '#app/domain/content/remote-pictures.ts';
import { idOf, orErrorPage } from '#app/http/page-problem.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { actOnRecipient } from '#app/routes/_app.campaigns.$id.recipients.$rid/actions.server.ts';

export async function loader({ context, request, params }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'people:read');
  const { db } = context;
  const [id, rid] = [idOf(params.id), idOf(params.rid)];
  const [story, preview] = await orErrorPage(Promise.all([recipientStory(db, id, rid), previewMessage(db, id, rid)]));
  const { subject, text, html, problems } = preview;
  const wrong = problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  return {
    ...story,
    message: { subject, text, hasHtml: html !== null, hasPictures: html !== null && hasRemotePictures(html), problems: wrong },
  };
}

export async function action({ context, request, params }: ActionFunctionArgs) {
  return actOnRecipient({ context, request }, await requireUser(context, request), idOf(params.id), idOf(params.rid));
}

/** The story follows its recipient by itself; what else happens on the page is no reason to read it again. */
export const shouldRevalidate: ShouldRevalidateFunction = ({ currentParams, nextParams, formMethod }) =>
  currentParams.rid !== nextParams.rid || currentParams.id !== nextParams.id || (formMethod !== undefined && formMethod !== 'GET');

export default function RecipientSheet() {
  const loaded = useLoaderData<typeof loader>();
  const { id, rid } = useParams();
  const { campaign, joins, path } = useOutletContext<LiveOutlet>();
  const { channel, from, variables } = campaign;
  const answer = useActionData<typeof action>() as ActAnswer | undefined;
  const { search } = useLocation();
  const { message } = loaded;
  const { recipient, attempts, events, suppressed, retry_closed } = useStory(loaded, Number(id), joins);

  return (
    <SideSheet title={recipient.address} badge={<RecipientStatusBadge status={recipient.status} />} closeTo={{ pathname: path, search }}>
      <Story
        recipient={recipient}
        attempts={attempts}
        events={events}
        suppressed={suppressed}
        channel={channel}
        actions={
          <RecipientActions
            recipient={recipient}
            campaign={campaign}
            suppressed={suppressed}
            closed={retry_closed}
            action={`${path}/recipients/${rid}${search}`}
            answer={answer}
          />
        }
      />
      <Variables variables={recipient.variables} order={variables} />
      <MessagePreview
        key={recipient.id}
        from={from}
        message={message}
        channel={channel}
        address={recipient.address}
        src={`${path}/recipients/${rid}/message`}
      />
    </SideSheet>
  );
}
