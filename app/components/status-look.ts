import {
  IconAlertTriangle,
  IconBan,
  IconCalendarClock,
  IconCheck,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleHalf2,
  IconCircleX,
  IconClock,
  IconFlag,
  IconHelpCircle,
  IconMailX,
  IconPencil,
  IconPlayerPause,
  IconRefresh,
  IconSend,
  IconShieldOff,
  IconUserMinus,
} from '@tabler/icons-react';
import { type CampaignCounters, type CampaignStatus, statusLabels } from '#app/domain/campaigns/campaign.ts';
import { type Delivery, type RecipientStatus, recipientStatusLabels } from '#app/domain/recipients/recipient.ts';

/** A family of colours in styles.css: `--tone-NAME-fg`, `-bg` and `-fill`. */
export type Tone = 'gray' | 'blue' | 'green' | 'amber' | 'red' | 'violet' | 'slate';

export interface Look {
  label: string;
  tone: Tone;
  icon: typeof IconClock;
}

export const campaignLooks: Record<CampaignStatus, Look> = {
  DRAFT: { label: statusLabels.DRAFT, tone: 'gray', icon: IconPencil },
  SCHEDULED: { label: statusLabels.SCHEDULED, tone: 'blue', icon: IconCalendarClock },
  SENDING: { label: statusLabels.SENDING, tone: 'blue', icon: IconSend },
  PAUSED: { label: statusLabels.PAUSED, tone: 'amber', icon: IconPlayerPause },
  SENT: { label: statusLabels.SENT, tone: 'green', icon: IconCircleCheck },
  PARTIALLY_SENT: { label: statusLabels.PARTIALLY_SENT, tone: 'amber', icon: IconCircleHalf2 },
  FAILED: { label: statusLabels.FAILED, tone: 'red', icon: IconAlertTriangle },
  CANCELLED: { label: statusLabels.CANCELLED, tone: 'slate', icon: IconBan },
};

export const recipientLooks: Record<RecipientStatus, Look> = {
  pending: { label: recipientStatusLabels.pending, tone: 'gray', icon: IconCircleDashed },
  queued: { label: recipientStatusLabels.queued, tone: 'gray', icon: IconClock },
  sending: { label: recipientStatusLabels.sending, tone: 'blue', icon: IconSend },
  retrying: { label: recipientStatusLabels.retrying, tone: 'amber', icon: IconRefresh },
  unknown: { label: recipientStatusLabels.unknown, tone: 'violet', icon: IconHelpCircle },
  sent: { label: recipientStatusLabels.sent, tone: 'green', icon: IconCircleCheck },
  failed: { label: recipientStatusLabels.failed, tone: 'red', icon: IconCircleX },
  suppressed: { label: recipientStatusLabels.suppressed, tone: 'slate', icon: IconShieldOff },
  cancelled: { label: recipientStatusLabels.cancelled, tone: 'slate', icon: IconBan },
};

/** What came of a message after the provider had taken it. */
export const deliveryLooks: Record<Delivery, Look> = {
  delivered: { label: 'Delivered', tone: 'green', icon: IconCheck },
  deferred: { label: 'Put off', tone: 'amber', icon: IconClock },
  bounced: { label: 'Bounced', tone: 'red', icon: IconMailX },
  undelivered: { label: 'Undelivered', tone: 'red', icon: IconMailX },
  complained: { label: 'Complained', tone: 'red', icon: IconFlag },
};

/** Asked by this message not to get any more. */
export const unsubscribedLook: Look = { label: 'Unsubscribed', tone: 'slate', icon: IconUserMinus };

/** One part of the progress bar. Pending and queued are one to the reader: waiting. */
export interface ProgressPart {
  key: 'sent' | 'sending' | 'retrying' | 'unknown' | 'failed' | 'suppressed' | 'cancelled' | 'waiting';
  label: string;
  count: number;
  tone: Tone;
  icon: Look['icon'];
}

/** The bar from left to right: what is done first, what is still to come last. The counts add up to `total`. */
export function progressParts(counters: CampaignCounters): ProgressPart[] {
  const part = (key: Exclude<ProgressPart['key'], 'waiting'>) => ({ key, count: counters[key], ...recipientLooks[key] });
  return [
    part('sent'),
    part('sending'),
    part('retrying'),
    part('unknown'),
    part('failed'),
    part('suppressed'),
    part('cancelled'),
    { key: 'waiting', count: counters.pending + counters.queued, ...recipientLooks.pending },
  ];
}
