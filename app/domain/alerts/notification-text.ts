import type { NotificationJson } from './alert.ts';

export interface NotificationText {
  title: string;
  /** What it means and what to do. */
  detail: string;
  /** The page that it is about. */
  to: string;
}

const none: NotificationText = { title: 'A notification', detail: '', to: '/' };

/**
 * A notification in words. `count` writes numbers as the reader does.
 *
 * @param runs whether the reader may change settings; others are not led to them
 */
export function notificationText(notification: NotificationJson, count: (value: number) => string = String, runs = true): NotificationText {
  const { type, campaign, endpoint, provider, key, approval, settled } = notification;
  if (campaign) {
    const missed = `${count(campaign.unreached)} of ${count(campaign.people)} not reached.`;
    const to = `/campaigns/${campaign.id}`;
    if (approval || type === 'campaign.no_approver') return approvalText(notification, campaign, count);
    if (type === 'campaign.sent') {
      const { people } = campaign;
      if (people === 0) return { title: `${campaign.name} was sent to nobody`, detail: 'All of its list are never sent to.', to };
      const who = people === 1 ? 'The message to 1 person was' : `The messages to all ${count(people)} people were`;
      return { title: `${campaign.name} was sent`, detail: `${who} accepted.`, to };
    }
    if (settled)
      return {
        title: `${campaign.name} reached everybody in the end`,
        detail: `${count(campaign.unreached)} were not reached at first, and were sent to since.`,
        to,
      };
    if (type === 'campaign.failed') return { title: `${campaign.name} failed`, detail: `${missed} See why and retry.`, to };
    if (type === 'campaign.partially_sent')
      return { title: `${campaign.name} was partially sent`, detail: `${missed} See why and retry.`, to };
    const ended = campaign.status === 'FAILED' ? 'failed' : 'was partially sent';
    return {
      title: `${campaign.name} ${ended}, with no retry rounds left`,
      detail: `${missed} Clone it for those who were not reached.`,
      to,
    };
  }
  if (provider) {
    const channel = provider.channel === 'sms' ? 'SMS' : 'Email';
    if (settled) return { title: `${channel} was held back, and goes on`, detail: 'The provider takes messages again.', to: '/' };
    return { title: provider.until ? `${channel} is held back` : `${channel} needs your attention`, detail: provider.reason, to: '/' };
  }
  if (type === 'database.restored')
    return {
      title: 'The database was put back from a backup',
      detail: 'Nothing is sent until an administrator says so.',
      to: '/restored',
    };
  if (type === 'approval.loosened')
    return {
      title: 'Fewer campaigns wait for an approval than before',
      detail: 'The rule under Settings, Approval was changed. The audit log says by whom.',
      to: '/settings/approval',
    };
  if (key) {
    const to = runs ? '/settings/keys' : '/account';
    if (settled) return { title: `The API key “${key.name}” has ended`, detail: 'Programs that still use it are refused.', to };
    const day = key.expires_at.slice(0, 10);
    return {
      title: `The API key “${key.name}” ends on ${day}`,
      detail: `${runs ? 'Make' : 'Ask an administrator for'} another one, and give it to the programs that use it.`,
      to,
    };
  }
  if (!endpoint) return none;
  const to = `/settings/webhooks/${endpoint.id}`;
  return type === 'webhook.disabled'
    ? { title: `Alerts to ${endpoint.host} are switched off`, detail: endpoint.reason, to }
    : { title: `An alert did not reach ${endpoint.host}`, detail: endpoint.reason, to };
}

function approvalText(
  { type, approval, settled }: NotificationJson,
  { id, name }: NonNullable<NotificationJson['campaign']>,
  count: (value: number) => string,
): NotificationText {
  const page = `/campaigns/${id}/approval`;
  const people = approval?.people === 1 ? '1 person' : `${count(approval?.people ?? 0)} people`;
  switch (type) {
    case 'campaign.approval_requested':
      if (settled) return { title: `${name} was to be approved`, detail: 'It is decided, or was withdrawn.', to: page };
      return { title: `${name} waits for your approval`, detail: `${approval?.asked_by} wants to send it to ${people}.`, to: page };
    case 'campaign.approved':
      return {
        title: `${name} is approved`,
        detail: `${approval?.approved_by} approved it. ${approval?.send ? 'It goes out as you asked.' : 'It can be sent now.'}`,
        to: `/campaigns/${id}`,
      };
    case 'campaign.declined':
      return {
        title: `${name} was not approved`,
        detail: `${approval?.declined_by} declined. ${approval?.note ?? ''}`.trim(),
        to: `/campaigns/${id}`,
      };
    case 'campaign.approval_withdrawn':
      return { title: `The approval of ${name} is withdrawn`, detail: approval?.withdrawn_why ?? 'It changed.', to: `/campaigns/${id}` };
    default:
      return {
        title: `Nobody can approve ${name}`,
        detail: settled ? 'It is settled since.' : 'Invite somebody who may, or change the rule in the settings.',
        to: '/settings/approval',
      };
  }
}
