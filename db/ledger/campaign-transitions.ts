/** What may go on in a campaign, beside its status. */
export const campaignDoings = ['nothing', 'copying', 'emptying', 'sending', 'gathering', 'stopping', 'singles'] as const;
export type CampaignDoing = (typeof campaignDoings)[number];

/**
 * Every state of a campaign: its status, and what it is doing where that is not nothing. The database has the same table as a CHECK (`doing_of_status`).
 *
 * - copying, emptying: a task is at its list, which nobody else may touch
 * - sending: everybody pending is sent to
 * - gathering: a retry round has begun, and a task makes those pending whom it sends to again
 * - stopping: nobody new is sent to, for a reason that concerns everybody; it ends with that when nothing is in flight
 * - singles: it had ended before it had tried everybody, and is open again for people that somebody chose; the others stay pending
 */
export const campaignStates = [
  ...(['DRAFT', 'DRAFT copying', 'DRAFT emptying', 'SCHEDULED'] as const),
  ...(['SENDING sending', 'SENDING gathering', 'SENDING stopping', 'SENDING singles'] as const),
  ...(['PAUSED', 'PAUSED gathering', 'PAUSED stopping', 'PAUSED singles'] as const),
  ...(['SENT', 'PARTIALLY_SENT', 'FAILED', 'CANCELLED'] as const),
] as const;
export type CampaignState = (typeof campaignStates)[number];

export interface CampaignVerb {
  /** What it means, in words for the reader of docs/architecture.md. */
  says: string;
  /** Who causes it. */
  by: 'worker' | 'person' | 'reconciler';
  moves: Partial<Record<CampaignState, readonly CampaignState[]>>;
}

const ended = ['SENT', 'PARTIALLY_SENT', 'FAILED'] as const;

/**
 * The life of a campaign: everything that may happen to one. From this table come the guard in the database (a pair of states that does not stand
 * here is refused) and the picture in docs/architecture.md.
 */
export const campaignVerbs = {
  empty: { says: 'its long list is being removed', by: 'person', moves: { DRAFT: ['DRAFT emptying'] } },
  'finish the list': {
    says: 'its list is copied, or empty',
    by: 'worker',
    moves: { 'DRAFT copying': ['DRAFT'], 'DRAFT emptying': ['DRAFT'] },
  },
  schedule: { says: 'it is to be sent at a time', by: 'person', moves: { DRAFT: ['SCHEDULED'] } },
  unschedule: { says: 'it is a draft again', by: 'person', moves: { SCHEDULED: ['DRAFT'] } },
  start: {
    says: 'it is sent, or its time has come',
    by: 'person',
    moves: { DRAFT: ['SENDING sending'], SCHEDULED: ['SENDING sending'] },
  },
  pause: {
    says: 'nobody is sent to until it is resumed',
    by: 'person',
    moves: {
      'SENDING sending': ['PAUSED'],
      'SENDING gathering': ['PAUSED gathering'],
      'SENDING stopping': ['PAUSED stopping'],
      'SENDING singles': ['PAUSED singles'],
    },
  },
  resume: {
    says: 'it goes on where it was paused',
    by: 'person',
    moves: {
      PAUSED: ['SENDING sending'],
      'PAUSED gathering': ['SENDING gathering'],
      'PAUSED stopping': ['SENDING stopping'],
      'PAUSED singles': ['SENDING singles'],
    },
  },
  stop: {
    says: 'a refusal concerns everybody, or its provider stayed away',
    by: 'worker',
    moves: {
      'SENDING sending': ['SENDING stopping'],
      'SENDING gathering': ['SENDING stopping'],
      'SENDING singles': ['SENDING stopping'],
      PAUSED: ['PAUSED stopping'],
      'PAUSED gathering': ['PAUSED stopping'],
      'PAUSED singles': ['PAUSED stopping'],
    },
  },
  end: {
    says: 'nobody is in flight any more; opened again after a cancel, it is cancelled again',
    by: 'worker',
    moves: {
      'SENDING sending': [...ended, 'CANCELLED'],
      'SENDING stopping': [...ended, 'CANCELLED'],
      'SENDING singles': ended,
      PAUSED: [...ended, 'CANCELLED'],
      'PAUSED stopping': [...ended, 'CANCELLED'],
      'PAUSED singles': ended,
    },
  },
  cancel: {
    says: 'it ends for good, and whoever was not tried is cancelled',
    by: 'person',
    moves: {
      SCHEDULED: ['CANCELLED'],
      'SENDING sending': ['CANCELLED'],
      'SENDING gathering': ['CANCELLED'],
      'SENDING stopping': ['CANCELLED'],
      'SENDING singles': ['CANCELLED'],
      PAUSED: ['CANCELLED'],
      'PAUSED gathering': ['CANCELLED'],
      'PAUSED stopping': ['CANCELLED'],
      'PAUSED singles': ['CANCELLED'],
    },
  },
  retry: {
    says: 'a retry round: those who failed, and those never tried, are sent to again',
    by: 'person',
    moves: { PARTIALLY_SENT: ['SENDING gathering'], FAILED: ['SENDING gathering'] },
  },
  'finish gathering': {
    says: 'all of the round are pending',
    by: 'worker',
    moves: { 'SENDING gathering': ['SENDING sending'], 'PAUSED gathering': ['PAUSED'] },
  },
  reopen: {
    says: 'a person sends to somebody again; it ends again when and how it had ended, but for them',
    by: 'person',
    moves: {
      SENT: ['SENDING sending'],
      PARTIALLY_SENT: ['SENDING sending', 'SENDING singles'],
      FAILED: ['SENDING sending', 'SENDING singles'],
      CANCELLED: ['SENDING sending'],
    },
  },
  correct: {
    says: 'what became of somebody was told later, and it ended otherwise',
    by: 'worker',
    moves: { SENT: ['PARTIALLY_SENT', 'FAILED'], PARTIALLY_SENT: ['SENT', 'FAILED'], FAILED: ['SENT', 'PARTIALLY_SENT'] },
  },
} as const satisfies Record<string, CampaignVerb>;

/** Every other state that one may become. */
export function campaignAllowedFrom(from: CampaignState): CampaignState[] {
  return campaignStates.filter(
    (to) => to !== from && Object.values<CampaignVerb>(campaignVerbs).some(({ moves }) => moves[from]?.includes(to)),
  );
}
