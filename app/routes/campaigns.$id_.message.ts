import type { LoaderFunctionArgs } from '@remix-run/node';
import type { SentMessage } from '#app/components/campaign-message/campaign-message.tsx';
import { assertReaches } from '#app/domain/access/key-limits.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { previewMessage } from '#app/domain/content/preview-message.server.ts';
import { hasRemotePictures } from '#app/domain/content/remote-pictures.ts';
import { smsLength } from '#app/domain/content/sms-segments.ts';
import { isProblem } from '#app/domain/problem.ts';
import { idOf } from '#app/http/page-problem.server.ts';
import { problemResponse } from '#app/http/problem-response.server.ts';
import { assertMay, requireApi } from '#app/http/require.server.ts';

/** A campaign's message as one recipient gets it: the named one, else the first. The HTML itself is a document of its own, for a frame. */
export async function loader({ context, request, params }: LoaderFunctionArgs): Promise<Response> {
  const viewer = await requireApi(context, request);
  assertMay(viewer, 'campaigns:read');
  const id = idOf(params.id);
  const asked = new URL(request.url).searchParams.get('recipient_id');
  try {
    await assertReaches(context.db, viewer, id);
    const [campaign, preview] = await Promise.all([
      getCampaign(context.db, id),
      previewMessage(context.db, id, asked === null ? undefined : idOf(asked)),
    ]);
    const { recipient, subject, html, text, problems } = preview;
    const message: SentMessage = {
      recipient,
      from: campaign.from,
      subject,
      text,
      hasHtml: html !== null,
      hasPictures: html !== null && hasRemotePictures(html),
      problems: problems.filter(({ severity }) => severity === 'error').map(({ message }) => message),
      segments: campaign.channel === 'sms' && text !== null ? smsLength(text).segments : null,
    };
    return Response.json(message, { headers: { 'Cache-Control': 'private, no-store' } });
  } catch (error) {
    if (isProblem(error)) return problemResponse(error);
    throw error;
  }
}
