import DataLoader from 'dataloader';
import type { BodyParts, OutgoingMessage, Provider, SendResult } from '#app/providers/provider.ts';

/** A rendered message on its way. */
export interface Prepared {
  message: OutgoingMessage;
  /** What everybody of its campaign gets. */
  shared: BodyParts;
  /** Its call must have begun by then, by performance.now(). */
  validUntil: number;
}

export interface Delivered {
  /** null: too late for a call. */
  result: SendResult | null;
  /** Whom the call was for, once a call; empty for the others who shared it. */
  calledFor: readonly number[];
}

/** Rounds of calls that leave out whom the one before was refused for; who is left then is sent to alone. */
const ROUNDS = 3;
/** ms to wait for company: claims come in batches, so those who may share a call are there at once. */
const COMPANY_MS = 5;

/**
 * Lets messages of one campaign share calls. What was decided for one of them is final for that one alone; where a call was refused
 * because of some, the others go out in another, and where it is not told because of whom, each alone.
 *
 * @param size messages a call at most
 */
export function sharedCalls(provider: Provider, size: number, signal: AbortSignal): (prepared: Prepared) => Promise<Delivered> {
  const together = new DataLoader<Prepared, Delivered>(
    async (all) => {
      const delivered = new Map<Prepared, Delivered>();
      await Promise.all([...groups(all).values()].map((group) => deliver(group, delivered)));
      return all.map((one) => delivered.get(one) as Delivered);
    },
    { cache: false, maxBatchSize: size, batchScheduleFn: (flush) => setTimeout(flush, COMPANY_MS) },
  );

  async function alone({ message, validUntil }: Prepared): Promise<Delivered> {
    if (performance.now() > validUntil) return { result: null, calledFor: [] };
    return { result: await provider.send(message, signal), calledFor: [message.recipientId] };
  }

  async function deliver(group: readonly Prepared[], delivered: Map<Prepared, Delivered>): Promise<void> {
    let waiting = [...group];
    const single: Prepared[] = [];
    for (let round = 0; round < ROUNDS && waiting.length > 1 && provider.sendTogether; round++) {
      const inTime = waiting.filter(({ validUntil }) => performance.now() <= validUntil);
      for (const late of waiting) if (!inTime.includes(late)) delivered.set(late, { result: null, calledFor: [] });
      if (inTime.length === 0) return;
      const messages = inTime.map(({ message }) => message);
      const results = await provider.sendTogether(messages, sharedBy(inTime[0] as Prepared), signal);
      waiting = [];
      let calledFor = messages.map(({ recipientId }) => recipientId);
      for (const [i, one] of inTime.entries()) {
        const result = results[i];
        if (result && result.outcome !== 'not_sent') {
          delivered.set(one, { result, calledFor });
          calledFor = [];
        } else if (result?.alone) single.push(one);
        else waiting.push(one);
      }
    }
    await Promise.all([...single, ...waiting].map(async (one) => delivered.set(one, await alone(one))));
  }

  return (prepared) => (prepared.message.own && provider.sendTogether ? together.load(prepared) : alone(prepared));
}

/** Those whose call can be one: of one campaign, with the same parts. */
function groups(all: readonly Prepared[]): Map<string, Prepared[]> {
  const found = new Map<string, Prepared[]>();
  for (const one of all) {
    const { campaignId, html, text } = one.message;
    const key = `${campaignId} ${html !== undefined} ${text !== undefined}`;
    const group = found.get(key);
    if (group) group.push(one);
    else found.set(key, [one]);
  }
  return found;
}

/** A part that is empty for this person is not part of their message. */
function sharedBy({ message, shared }: Prepared): BodyParts {
  return { ...(message.html !== undefined && { html: shared.html }), ...(message.text !== undefined && { text: shared.text }) };
}
