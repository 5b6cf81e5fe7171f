import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Provider, Refused, SendResult } from '#app/providers/provider.ts';
import { batched, isPassing } from '#db/batch.ts';
import type { Database } from '#db/database.ts';
import { type Claim, claimRecipients, type SendKey } from '#db/ledger/claim.ts';
import { joinLine } from '#db/ledger/rate-line.ts';
import type { Outcome } from '#db/ledger/settle.ts';
import { troubleForOperators, troubleOf } from '#db/trouble.ts';
import type { Channel } from '../channel.ts';
import { RenderError, renderMessage } from '../content/render-message.ts';
import { unsubscribeHeaders, unsubscribeLinks } from '../unsubscribe/unsubscribe-link.server.ts';
import type { LedgerMemory } from '../workers/ledger-memory.server.ts';
import { campaignContents, type SendableCampaign } from './campaign-contents.server.ts';
import { createChunks, type Turn } from './chunks.server.ts';
import { commitOutcomes } from './commit-outcomes.server.ts';
import { createGatekeeper } from './gatekeeper.server.ts';
import { createLookUp, type Found, type LookUp } from './look-up.server.ts';
import { nextStep } from './next-step.ts';
import { createPlaces } from './places.ts';
import { noteEvidence } from './settle-texts.server.ts';
import { type Delivered, sharedCalls } from './shared-calls.server.ts';
import type { ChunkKey } from './turns.server.ts';
import { doubtfulAttempts } from './unknown-texts.server.ts';

/** Rows a claim or outcome statement at most, and ms that the first waits for company: a third of the cost of a row is the statement's. */
const BATCH = { size: 200, delayMs: 2 };
/** Recipients a claim at most, or as many emails as may share a call. */
const CHUNK = 200;
/** A recipient’s round until a person asks for another. */
const FIRST_ROUND = 0;
/** HTTP never starts later than this after its claim; past it, somebody else may already hold the recipient for lost. */
const CLAIM_VALID_MS = 2_000;

/** Thrown for Graphile alone: it counts the attempt and releases the job, whose next run the ledger decides. */
export class SendAgainLater extends Error {
  override name = 'SendAgainLater';
}

export interface EngineOptions {
  db: Database;
  /** Read at each call: another key brings another provider. */
  providers: Record<Channel, Provider | null>;
  unknownGraceS: number;
  /** The public origin, for links in messages. */
  baseUrl: string;
  log: Logger;
  /** Messages per second where the settings say none. */
  rates: Record<Channel, number | undefined>;
  /** Emails that may share a call. */
  emailBatchSize: number;
  /** How long a provider may be held before its campaigns end with the reason. */
  holdMaxS: number;
  /** The worker's id, once it may claim: waits while its lock is lost. */
  mayClaim: () => Promise<number>;
  /** What is known of the ledger beside the database. */
  memory: Pick<LedgerMemory, 'known' | 'note'>;
  /** Ends waiting and repeating at shutdown's deadline. */
  signal: AbortSignal;
  /** The worker is stopping: what is in flight is seen through, and nothing new begins. */
  stopping: AbortSignal;
  /** Messages of a channel in flight at once. */
  concurrency: number;
}

export interface Engine {
  /**
   * Sends to one recipient who has a job of their own (a retry, a person's wish, a probe): claim, render, call, outcome. Returns when the job is done
   * with; what the provider said is in the ledger. Where no slot of the shared rate comes soon, they wait in the line of their campaign instead.
   *
   * @throws SendAgainLater when a retry is due later
   */
  send(channel: Channel, key: SendKey): Promise<void>;
  /** Sends a campaign's first messages until there are no more, or others wait for the job's place. */
  sendChunks(channel: Channel, key: ChunkKey, turn: Turn): Promise<void>;
  /** Resolves when nothing is in flight. */
  idle(): Promise<void>;
  /** Looks for a text at its provider; null where that is not possible. */
  readonly lookUpText: LookUp | null;
}

export function createEngine(engine: EngineOptions): Engine {
  const { db, providers, unknownGraceS, baseUrl, rates, emailBatchSize, holdMaxS, log, mayClaim, memory, signal, stopping, concurrency } =
    engine;
  const contents = campaignContents(db);
  const linksOf = { email: unsubscribeLinks(db, baseUrl, 'email'), sms: unsubscribeLinks(db, baseUrl, 'sms') };
  const onRepeat = (error: unknown) => {
    const trouble = troubleOf(error);
    log.warn({ err: error }, trouble ? troubleForOperators[trouble] : 'database statement repeated');
  };
  const options = { ...BATCH, signal, onRepeat };
  /** Attempts whose outcome is not committed yet: a repeated claim may bring them once more. */
  const inFlight = new Set<number>();
  const claim = batched<SendKey, { claim: Claim | null; validUntil: number }>(async (keys, repeated) => {
    const workerId = await mayClaim();
    const validUntil = performance.now() + CLAIM_VALID_MS;
    const claims = await claimRecipients(db.pool, keys, workerId, repeated, memory.known());
    return claims.map((claimed) => {
      if (!claimed || inFlight.has(claimed.attemptId)) return { claim: null, validUntil };
      hold(claimed);
      return { claim: claimed, validUntil };
    });
  }, options);
  function hold({ attemptId }: Claim): void {
    inFlight.add(attemptId);
    memory.note(attemptId);
  }
  const record = batched<Outcome, void>((outcomes) => commitOutcomes(db, outcomes), { ...options, insist: true });

  const join = batched<SendKey, undefined>((keys) => joinLine(db.pool, keys), options);

  const gatekeeper = (channel: Channel, provider: string) =>
    createGatekeeper({ db, channel, provider, defaultRate: rates[channel], holdMaxS, log, batch: options });
  const gates = { email: gatekeeper('email', 'SendGrid'), sms: gatekeeper('sms', 'Twilio') };

  /** Of each provider its own: another key makes another provider. */
  const togetherOf = oncePerProvider((provider) => (emailBatchSize > 1 ? sharedCalls(provider, emailBatchSize, signal) : null));

  /** A probe must be one message to one person. What is not called for anybody says nothing about the provider. */
  async function call(
    channel: Channel,
    campaign: SendableCampaign,
    claimed: Claim,
    unsubscribeUrl: () => string,
    validUntil: number,
    probe: boolean,
  ): Promise<Delivered> {
    const provider = providers[channel];
    const calledFor = [claimed.recipientId];
    if (!provider) return { result: noProvider(channel), calledFor: [] };
    const share = channel === 'email' && !probe && !gates.email.apart(claimed.recipientId) ? togetherOf(provider) : null;
    let content: ReturnType<typeof renderMessage>;
    try {
      const { address, variables } = claimed;
      content = renderMessage(
        campaign.content,
        {
          address,
          variables,
          get unsubscribeUrl() {
            return unsubscribeUrl();
          },
        },
        share !== null,
      );
    } catch (error) {
      if (error instanceof RenderError) return { result: renderFailed(error), calledFor: [] };
      throw error;
    }
    const message = {
      campaignId: claimed.campaignId,
      recipientId: claimed.recipientId,
      round: claimed.round,
      attemptId: claimed.attemptId,
      to: claimed.address,
      from: campaign.sender,
      ...content,
      ...(channel === 'email' ? { headers: unsubscribeHeaders(unsubscribeUrl()) } : {}),
    };
    const delivered = share
      ? await share({ message, shared: campaign.shared, validUntil })
      : { result: await provider.send(message, signal), calledFor };
    // That a key which was replaced meanwhile is refused says nothing about the one of now: nobody got the message, and it is sent with that.
    const outdated = delivered.result?.outcome === 'account' && providers[channel] !== provider;
    return outdated ? { result: null, calledFor: [] } : delivered;
  }

  const lookUpOf = oncePerProvider((sms) => createLookUp(db, { email: null, sms }, 'sms', baseUrl, contents));

  /** Where an earlier attempt may have sent the message after all, of whatever round; ends before the claim becomes stale. */
  async function sentBefore(channel: Channel, claimed: Claim, validUntil: number): Promise<Found> {
    const lookUpText = lookUpOf(providers.sms);
    if (channel !== 'sms' || (claimed.number === 1 && claimed.round === FIRST_ROUND) || !lookUpText) return { is: 'nothing' };
    const doubtful = await doubtfulAttempts(db.pool, claimed);
    if (doubtful.length === 0) return { is: 'nothing' };
    const deadline = AbortSignal.timeout(Math.max(0, Math.floor(validUntil - performance.now())));
    const until = AbortSignal.any([signal, deadline]);
    const answers = await Promise.all(doubtful.map((earlier) => lookUpText({ ...claimed, ...earlier }, until)));
    return answers.find(({ is }) => is === 'found') ?? answers.find(({ is }) => is === 'unanswered') ?? { is: 'nothing' };
  }

  /** @returns the seconds after which it is tried again, where it is */
  async function attempt(
    channel: Channel,
    claimed: Claim,
    validUntil: number,
    { probe, byJob, answered }: { probe: boolean; byJob: boolean; answered: () => void },
  ): Promise<number | null> {
    const identity = { campaignId: claimed.campaignId, recipientId: claimed.recipientId, attemptId: claimed.attemptId, byJob };
    const campaign = await contents.get(claimed.campaignId);
    const link = await linksOf[channel]();
    // Signed where it is needed: few texts have it.
    let url: string | undefined;
    const unsubscribeUrl = () => (url ??= link(claimed));
    const before = await sentBefore(channel, claimed, validUntil).catch((error: unknown) => {
      if (!isPassing(error)) throw error;
      log.warn({ err: error }, 'the database could not tell of earlier attempts');
      return null;
    });
    if (before === null || (before.is === 'nothing' && performance.now() > validUntil)) return giveBack();
    const { result, calledFor } =
      before.is === 'nothing'
        ? await call(channel, campaign, claimed, unsubscribeUrl, validUntil, probe)
        : { result: resultOf(before), calledFor: [] };
    answered();
    if (result === null) return giveBack();
    const verdict = gates[channel].weigh(result, claimed.recipientId, calledFor.length > 0);
    const step = nextStep(result, claimed.number, unknownGraceS, probe || verdict?.counts === false);
    await record({ ...identity, ...step, ...evidence(result) });
    if (before.is === 'found') await noteEvidence(db, identity, before.providerMessageId);
    if (calledFor.length > 0 || probe) await gates[channel].note(result, calledFor, probe, verdict);
    return step.status === 'retrying' ? step.delayS : null;

    async function giveBack(): Promise<null> {
      await record({ ...identity, ...givenBack });
      return null;
    }
  }

  const places = { email: createPlaces(concurrency, stopping), sms: createPlaces(concurrency, stopping) };
  const chunksOf = (channel: Channel) =>
    createChunks({
      ...{
        db,
        channel,
        size: channel === 'email' ? Math.max(CHUNK, emailBatchSize) : CHUNK,
        places: places[channel],
        together: channel === 'email' ? emailBatchSize : 1,
        gate: gates[channel],
        mayClaim,
        held: inFlight,
        stopping,
        signal,
        onRepeat,
      },
      knownAttempt: memory.known,
      claimValidMs: CLAIM_VALID_MS,
      async deliver(claimed, validUntil, answered) {
        try {
          await attempt(channel, claimed, validUntil, { probe: false, byJob: false, answered });
          inFlight.delete(claimed.attemptId);
        } catch (error) {
          // Its claim lapses, and is settled as unknown. It stays held, since nobody knows here whether it was called.
          if (!signal.aborted) log.error({ err: error, attempt: claimed.attemptId }, 'an attempt came to no outcome');
        }
      },
      hold,
      // Whatever else the database must tell comes before the claim: where it cannot, nobody is left behind as being sent to.
      prepare: (campaignId) => Promise.all([contents.get(campaignId), linksOf[channel]()]),
    });
  const chunks = { email: chunksOf('email'), sms: chunksOf('sms') };

  return {
    get lookUpText() {
      return lookUpOf(providers.sms);
    },
    async send(channel, key) {
      // Whatever else the database must tell comes before the claim: where it cannot, nobody is left behind as being sent to.
      await Promise.all([contents.get(key.campaign_id), linksOf[channel]()]);
      // While its provider is held, nobody but a probe is sent to: it is in nobody's way.
      const inMs = key.probe ? 0 : await gates[channel].soon();
      if (inMs === null) return join(key);
      if (inMs > 0) await delay(inMs, undefined, { signal });
      await places[channel].takeOne();
      const seat = places[channel].seat();
      try {
        const { claim: claimed, validUntil } = await claim(key);
        if (!claimed) return;
        try {
          const how = { probe: key.probe ?? false, byJob: true, answered: seat.answered };
          const againS = await attempt(channel, claimed, validUntil, how);
          if (againS !== null) throw new SendAgainLater(`again in ${againS} s`);
        } finally {
          inFlight.delete(claimed.attemptId);
        }
      } finally {
        seat.leave();
      }
    },
    sendChunks: (channel, key, turn) => chunks[channel](key, turn),
    async idle() {
      await Promise.all([places.email.idle(), places.sms.idle()]);
    },
  };
}

function oncePerProvider<T>(make: (provider: Provider) => T | null): (provider: Provider | null) => T | null {
  const made = new WeakMap<Provider, T | null>();
  return (provider) => {
    if (!provider) return null;
    if (!made.has(provider)) made.set(provider, make(provider));
    return made.get(provider) ?? null;
  };
}

/** Nothing is sent while it is open whether the message is on its way already. */
function resultOf(before: Found): SendResult {
  if (before.is === 'found') return { outcome: 'accepted', httpStatus: null, providerMessageId: before.providerMessageId };
  return {
    outcome: 'transient',
    failureCode: 'provider_error',
    httpStatus: null,
    providerCode: null,
    reason: 'Twilio did not say whether it has this message already, so it was not sent again yet.',
    retryAfterS: null,
  };
}

/** What the ledger keeps of a provider's answer. */
function evidence(
  result: SendResult,
): Pick<Outcome, 'outcome' | 'failureCode' | 'reason' | 'httpStatus' | 'providerCode' | 'retryAfterS' | 'providerMessageId'> {
  if (result.outcome === 'accepted') {
    const { outcome, httpStatus, providerMessageId } = result;
    return {
      outcome,
      httpStatus,
      providerMessageId: clean(providerMessageId),
      failureCode: null,
      reason: null,
      providerCode: null,
      retryAfterS: null,
    };
  }
  const { outcome, failureCode, httpStatus, retryAfterS } = result;
  return {
    outcome,
    failureCode,
    reason: clean(result.reason),
    httpStatus,
    providerCode: clean(result.providerCode),
    retryAfterS,
    providerMessageId: null,
  };
}

/** PostgreSQL's text has no NUL, and one such character in a provider's answer must not spoil its batch. */
function clean(text: string | null): string | null {
  return text === null ? null : text.replaceAll('\u0000', '').toWellFormed().slice(0, 1_000);
}

const givenBack: Omit<Outcome, 'campaignId' | 'recipientId' | 'attemptId'> = {
  outcome: null,
  status: 'pending',
  delayS: null,
  refund: true,
  failureCode: null,
  reason: null,
  httpStatus: null,
  providerCode: null,
  retryAfterS: null,
  providerMessageId: null,
};

function noProvider(channel: Channel): Refused {
  const name = channel === 'email' ? 'SendGrid' : 'Twilio';
  return {
    outcome: 'account',
    failureCode: 'configuration',
    httpStatus: null,
    providerCode: null,
    reason: `${name} is not set up. Let an administrator enter its keys under Settings, Providers, then press Retry.`,
    retryAfterS: null,
  };
}

function renderFailed(error: RenderError): Refused {
  return {
    outcome: 'permanent',
    failureCode: 'render_failed',
    httpStatus: null,
    providerCode: null,
    reason: `The content could not be filled in for this person: ${error.message}`,
    retryAfterS: null,
  };
}
