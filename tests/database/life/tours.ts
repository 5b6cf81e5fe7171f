import type { UnknownPolicy } from '#app/domain/campaigns/campaign.ts';
import { cancelCampaign, pauseCampaign, resumeCampaign } from '#app/domain/campaigns/life.server.ts';
import type { Channel } from '#app/domain/channel.ts';
import { chunk, claim, noSlot, repeatClaim, workerDies } from './claims.ts';
import { type Command, event, life, resolveOne, retryOne, retryRound, suppress } from './commands.ts';
import { answer, gate, loseJobs, move, probe, reconciled, restore, retriesDue, settle, shift } from './workers.ts';

interface Tour {
  channel?: Channel;
  policy?: UnknownPolicy;
  size?: number;
  /** Each has a chunk job of the campaign: with one, nobody else makes good for it. */
  workers?: number;
  commands: Command[];
}

const pause = life(['pause', pauseCampaign]);
const resume = life(['resume', resumeCampaign]);
const cancel = life(['cancel', cancelCampaign]);
const [processed, undelivered, bounced] = [event(0, 0), event(0, 2), event(0, 3)];
const takeBack = move(0, false);
/** The next of the list. */
const claimed = [chunk(0, 1, 'makes room')];
const chunkLost = [chunk(0, 2, 'loses the answer')];
/** Somebody who has a job of their own: the policy sends to them again. */
const queued = [shift(['unknown']), settle(false, true, true)];
/** One that failed is sent to again by a person, in a campaign that had ended before it had tried the others. */
const single = [shift(['permanent', 'account']), takeBack, retryOne(0, 'same')];
const two = [shift(['permanent', 'permanent', 'account']), takeBack, retryOne(0, 'same')];
const inLine = [...queued, noSlot(0, 0)];
const retryInLine = [shift(['transient']), retriesDue(), noSlot(0, 0)];
const claimLost = [...queued, claim(0, 0, true)];
const goesOn = chunk(0, 1, 'goes on');

/** Ways that chance seldom takes, so that each run of the tests goes all of them. */
export const tours: Record<string, Tour> = {
  'a retry whose job was lost': { commands: [shift(['transient']), retriesDue(), loseJobs('send', false), reconciled()] },
  'a job that Graphile gave up': { commands: [...queued, loseJobs('send', true), reconciled()] },
  'a job that comes to somebody who opted out': { commands: [...queued, suppress(0), claim(0, 0, false)] },
  'a job that comes to a held provider': { commands: [...queued, gate('hold'), claim(0, 0, false)] },
  'a job that finds no slot of the rate, each time': {
    commands: [
      ...inLine,
      ...claimed,
      answer(0, 'transient', false, true),
      retriesDue(),
      noSlot(0, 0),
      ...claimed,
      answer(0, 'transient', false, false),
    ],
  },
  'a probe that finds no slot of the rate': { size: 2, commands: [gate('hold'), probe(), noSlot(0, 0)] },
  'somebody in the line who is sent to before the list': { size: 3, commands: [...inLine, ...claimed, ...claimed] },
  'somebody who joins the line while a worker leaves': { commands: [...queued, goesOn, goesOn, noSlot(0, 0), goesOn, goesOn] },
  'a line that comes to a held provider': { size: 2, commands: [...inLine, gate('hold'), ...claimed, probe()] },
  'a line of a paused campaign': { size: 2, commands: [...retryInLine, pause, ...claimed] },
  'a line of a cancelled campaign': { size: 2, commands: [...retryInLine, cancel, ...claimed, takeBack] },
  'a line whose chunk was lost': { commands: [...inLine, loseJobs('chunk', false), reconciled()] },
  'somebody in the line who opted out': { commands: [...inLine, suppress(0), ...claimed] },
  'a claim of the line whose answer was lost': { size: 3, commands: [...inLine, ...chunkLost, pause, repeatClaim(0)] },
  'somebody chosen, in a campaign of which others were never tried, while it is paused': {
    ...{ size: 2 },
    commands: [...single, pause, claim(0, 0, false), resume, takeBack, claim(0, 0, false), answer(0, 'accepted', true, false)],
  },
  'two chosen one after the other while it is paused': {
    size: 3,
    commands: [...two, pause, claim(0, 0, false), retryOne(1, 'same'), claim(0, 0, false), resume, takeBack],
  },
  'somebody chosen while their provider is held': {
    size: 2,
    commands: [...single, gate('hold'), claim(0, 0, false), reconciled(), gate('release'), reconciled(), takeBack],
  },
  'somebody chosen who is the probe': {
    size: 2,
    commands: [
      ...single,
      gate('hold'),
      claim(0, 0, false),
      probe(),
      claim(0, 0, false),
      answer(0, 'transient', false, false),
      claim(0, 0, false),
    ],
  },
  'somebody chosen whose claim came to nothing': {
    size: 2,
    commands: [...single, claim(0, 0, false), answer(0, 'not called', false, false)],
  },
  'somebody chosen whose retry comes to a pause': {
    size: 2,
    commands: [...single, claim(0, 0, false), answer(0, 'transient', false, false), pause, retriesDue(), claim(0, 0, false)],
  },
  'somebody chosen whose claim is repeated after a pause': { size: 2, commands: [...single, claim(0, 0, true), pause, repeatClaim(0)] },
  'somebody chosen whose outcome nobody knows, paused': {
    size: 2,
    commands: [...single, claim(0, 0, false), answer(0, 'unknown', false, false), pause, settle(false, true, true)],
  },
  'somebody chosen whose key is refused': {
    size: 2,
    commands: [...single, claim(0, 0, false), answer(0, 'account', false, false), takeBack],
  },
  'somebody chosen, and a cancel': { size: 2, commands: [...single, pause, claim(0, 0, false), cancel, takeBack] },
  'somebody chosen in the line, and a pause': { size: 2, commands: [...single, noSlot(0, 0), pause, ...claimed, resume, takeBack] },
  'a chunk whose job was lost': { size: 2, commands: [...claimed, loseJobs('chunk', false), reconciled()] },
  'a chunk that Graphile gave up': { size: 2, commands: [...claimed, loseJobs('chunk', true), reconciled()] },
  'a chunk that comes to somebody who opted out': { size: 2, commands: [suppress(0), chunk(0, 2, 'makes room')] },
  'a chunk that comes to a held provider': { commands: [gate('hold'), ...claimed, gate('release')] },
  'a worker that dies with a chunk': { size: 4, commands: [chunk(0, 2, 'dies'), settle(false, true, true)] },
  'a worker that dies and does not know what it took': { size: 4, commands: [...chunkLost, workerDies(0), settle(false, true, true)] },
  'somebody who waits again at the end of the list': {
    // Behind its last one, from its beginning, at its end, and again: somebody is there.
    commands: [goesOn, goesOn, goesOn, answer(0, 'not called', false, false), goesOn, goesOn],
  },
  'somebody who waits again while a worker leaves': {
    commands: [goesOn, goesOn, goesOn, goesOn, answer(0, 'not called', false, false), goesOn],
  },
  'somebody who waits again after a worker left': {
    commands: [goesOn, goesOn, goesOn, goesOn, goesOn, answer(0, 'not called', false, false), goesOn],
  },
  'a provider that is well again while a worker leaves': { commands: [gate('hold'), goesOn, gate('release'), goesOn] },
  'a report while the call lasts': { commands: [...claimed, event(0, 1)] },
  'a report of somebody whom a stop took back': {
    size: 2,
    commands: [...claimed, answer(0, 'transient', true, false), ...claimed, answer(0, 'account', false, false), takeBack, processed],
  },
  'a text that came back': { channel: 'sms', commands: [shift(['accepted']), undelivered] },
  'a pause whose job was lost': { commands: [pause, loseJobs('move_recipients', false), reconciled()] },
  'somebody who is given back in a campaign that was opened again for them': {
    commands: [shift(['permanent']), retryOne(0, 'same'), claim(0, 0, false), answer(0, 'not called', false, false)],
  },
  'a chunk’s claim repeated': { size: 3, commands: [...chunkLost, repeatClaim(0)] },
  'a chunk’s claim repeated beside a call of its worker and one of another’s': {
    ...{ size: 5, workers: 2 },
    commands: [chunk(0, 1, 'goes on'), chunk(1, 1, 'goes on'), ...chunkLost, repeatClaim(0), chunk(1, 1, 'goes on')],
  },
  'a chunk’s claim repeated after a pause': { size: 3, commands: [...chunkLost, pause, repeatClaim(0)] },
  'a chunk’s claim repeated after a cancel': { size: 3, commands: [...chunkLost, cancel, takeBack, chunk(0, 2, 'makes room')] },
  'a chunk’s claim repeated while that of a job is lost, too': {
    size: 3,
    commands: [...claimLost, ...chunkLost, chunk(0, 2, 'makes room')],
  },
  'a claim repeated': { commands: [...claimLost, repeatClaim(0)] },
  'a claim repeated after a pause': { commands: [...claimLost, pause, repeatClaim(0)] },
  'a claim repeated after an opt-out': { commands: [...claimLost, suppress(0), repeatClaim(0)] },
  'a claim repeated after a cancel': { commands: [...claimLost, cancel, repeatClaim(0)] },
  'a retry that comes to a held provider': { commands: [shift(['transient']), retriesDue(), gate('hold'), claim(0, 0, false)] },
  'a retry that comes to a cancelled campaign': { commands: [shift(['transient']), retriesDue(), cancel, claim(0, 0, false)] },
  'a job that comes to a cancelled campaign': { commands: [...queued, cancel, claim(0, 0, false)] },
  'a retry to somebody who opted out, and was reached before': {
    commands: [shift(['transient']), suppress(0), retriesDue(), claim(0, 0, false), processed],
  },
  'a retry to somebody who opted out, whose text came back': {
    channel: 'sms',
    commands: [shift(['transient']), suppress(0), retriesDue(), claim(0, 0, false), undelivered],
  },
  'an answer after a cancel': { commands: [...claimed, cancel, answer(0, 'transient', false, false)] },
  'an answer from the dead': { commands: [...claimed, workerDies(0), answer(0, 'accepted', true, false)] },
  'a refusal from the dead': { commands: [...claimed, workerDies(0), answer(0, 'permanent', false, false)] },
  'a report of an unknown outcome': { commands: [shift(['unknown']), processed] },
  'a report of somebody who is about to be sent to again': { commands: [shift(['unknown']), settle(false, true, true), processed] },
  'a report of somebody who was refused': { commands: [shift(['permanent']), processed] },
  'a report before the refusal for now': { commands: [...claimed, processed, answer(0, 'transient', true, false)] },
  'a text that was refused, and came back': { channel: 'sms', commands: [shift(['permanent']), undelivered] },
  'a text that came back while it is retried': { channel: 'sms', commands: [shift(['transient']), undelivered] },
  'a text that came back before it is sent again': {
    channel: 'sms',
    commands: [shift(['unknown']), settle(false, true, true), undelivered],
  },
  'a text that came back after a stop': {
    channel: 'sms',
    size: 2,
    commands: [...claimed, answer(0, 'transient', false, false), ...claimed, answer(0, 'account', false, false), takeBack, undelivered],
  },
  'a text that came back while its outcome is unknown': { channel: 'sms', commands: [shift(['unknown']), undelivered] },
  'a text that came back after a cancel, and arrived': {
    channel: 'sms',
    commands: [shift(['transient']), cancel, takeBack, undelivered, event(0, 1)],
  },
  'a text that Twilio knows nothing of yet': { channel: 'sms', commands: [shift(['unknown']), settle(false, true, false)] },
  'a stop that takes a retry back, and the round after it': {
    size: 2,
    commands: [
      ...claimed,
      answer(0, 'transient', false, false),
      ...claimed,
      answer(0, 'account', false, false),
      takeBack,
      retryRound('default'),
      takeBack,
    ],
  },
  'a cancel that takes back who has a job': { commands: [...queued, cancel, takeBack] },
  'a round for those who failed': { size: 2, commands: [shift(['permanent', 'accepted']), retryRound('all'), takeBack] },
  'a retry while paused, of an unknown outcome': { size: 2, commands: [shift(['unknown']), pause, retryOne(0, 'same')] },
  'a correction while paused, of one that failed': { size: 2, commands: [shift(['permanent']), pause, retryOne(0, 'new')] },
  'a correction while paused, of one that came back': { size: 2, commands: [shift(['accepted']), bounced, pause, retryOne(0, 'new')] },
  'a correction of one that came back': { commands: [shift(['accepted']), bounced, retryOne(0, 'new')] },
  'a decision that it arrived': { commands: [shift(['unknown']), resolveOne(0, 'sent')] },
  'a decision that is made again': {
    commands: [shift(['unknown']), resolveOne(0, 'failed'), resolveOne(0, 'failed'), resolveOne(0, 'sent')],
  },
  'a decision to send again in a cancelled campaign': {
    size: 2,
    policy: 'hold',
    commands: [shift(['unknown', 'account']), cancel, takeBack, settle(false, true, false), resolveOne(0, 'resend')],
  },
  'a decision to send again in a cancelled campaign, and a key that is refused then': {
    commands: [
      shift(['unknown']),
      cancel,
      takeBack,
      resolveOne(0, 'failed'),
      resolveOne(0, 'resend'),
      claim(0, 0, false),
      answer(0, 'account', false, false),
      takeBack,
      takeBack,
    ],
  },
  'an unknown outcome of a cancelled campaign': { commands: [shift(['unknown']), cancel, takeBack, settle(false, true, true)] },
  'an unknown outcome of a paused campaign': { commands: [shift(['unknown']), pause, settle(false, true, true)] },
  'a worker that dies with a job': { size: 2, commands: [...claimed, workerDies(0), settle(false, true, true)] },
  'a worker that dies with a retry': { commands: [shift(['transient']), retriesDue(), claim(0, 0, false), workerDies(0)] },
  'a provider that is well again': { size: 3, commands: [gate('hold'), ...claimed, gate('release'), shift(['accepted'])] },
  'a provider whose probe says that it is well again': {
    size: 3,
    commands: [gate('hold'), ...claimed, probe(), claim(0, 0, false), answer(0, 'transient', false, false), probe(), shift(['accepted'])],
  },
  'a provider that does not come back': {
    size: 2,
    commands: [...queued, gate('hold'), gate('give up'), takeBack, claim(0, 0, false)],
  },
  'a channel that is stopped and goes on': { size: 2, commands: [gate('stop'), ...claimed, gate('go on'), shift(['accepted'])] },
  'an older database before anything was sent': { commands: [restore(), takeBack] },
  'an older database': { size: 3, commands: [...queued, ...claimed, answer(0, 'transient', true, false), restore(), takeBack] },
  'an older database in the middle of a text': { channel: 'sms', size: 2, commands: [shift(['transient']), restore(), takeBack] },
};
