import { type ActionFunctionArgs, data, redirect } from '@remix-run/node';
import type { ActAnswer } from '#app/components/act-answer.ts';
import type { Permission, Viewer } from '#app/domain/access/roles.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { cloneCampaign } from '#app/domain/campaigns/clone-campaign.server.ts';
import { cancelCampaign, pauseCampaign, resumeCampaign } from '#app/domain/campaigns/life.server.ts';
import { sendScheduledNow, unscheduleCampaign } from '#app/domain/campaigns/send-campaign.server.ts';
import { problemOfChange } from '#app/domain/unavailable.server.ts';
import { readForm } from '#app/http/request-bytes.server.ts';
import { assertMay } from '#app/http/require.server.ts';

interface Act {
  permission: Permission;
  run: (db: Parameters<typeof pauseCampaign>[0], viewer: Viewer, id: number, form: FormData) => Promise<CampaignJson>;
  failed: string;
  /** Where a success leads; default: it stays on the page. */
  leadsTo?: (campaign: CampaignJson) => string;
}

const toEditor = ({ id }: CampaignJson) => `/campaigns/${id}/edit`;
const acts: Record<string, Act> = {
  pause: { permission: 'campaigns:send', run: pauseCampaign, failed: 'The campaign could not be paused' },
  resume: { permission: 'campaigns:send', run: resumeCampaign, failed: 'The campaign could not be resumed' },
  cancel: { permission: 'campaigns:send', run: cancelCampaign, failed: 'The campaign could not be cancelled' },
  send_now: { permission: 'campaigns:send', run: sendScheduledNow, failed: 'The campaign could not be sent' },
  unschedule: { permission: 'campaigns:send', run: unscheduleCampaign, failed: 'The campaign could not be unscheduled', leadsTo: toEditor },
  clone: {
    permission: 'campaigns:write',
    run: (db, viewer, id, form) => cloneCampaign(db, viewer, id, form.get('recipients') === 'not_reached' ? 'not_reached' : 'all'),
    failed: 'The campaign could not be cloned',
    leadsTo: toEditor,
  },
};

/** The campaign page's forms: each names its `intent`. Answers what went wrong, or leads on. */
export async function actOnCampaign({ context, request }: Pick<ActionFunctionArgs, 'context' | 'request'>, viewer: Viewer, id: number) {
  const form = await readForm(request);
  const intent = String(form.get('intent'));
  const act = Object.hasOwn(acts, intent) ? acts[intent] : undefined;
  if (!act) throw data({ detail: 'There is no such act.' }, { status: 400 });
  assertMay(viewer, act.permission);
  try {
    const campaign = await act.run(context.db, viewer, id, form);
    return act.leadsTo ? redirect(act.leadsTo(campaign)) : data<ActAnswer>({ problem: null });
  } catch (thrown) {
    const error = problemOfChange(thrown);
    if (!error) throw thrown;
    return data<ActAnswer>({ problem: { title: act.failed, detail: error.message } }, { status: error.status });
  }
}
