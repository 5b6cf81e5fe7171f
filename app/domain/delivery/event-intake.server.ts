import pLimit from 'p-limit';
import type { ProviderEvent } from '#app/providers/provider-event.ts';
import type { Database } from '#db/database.ts';
import { type EventReport, recordEvents } from './record-events.server.ts';

/** Batches under way at once in this process, so that a burst of events leaves connections for people. */
const AT_ONCE = 4;
/** Single events that wait for company at most, in ms and number: Twilio makes one request for each. */
const COMPANY_MS = 5;
const COMPANY = 500;

export interface EventIntake {
  /** @param fromSandbox see recordEvents */
  batch(events: readonly ProviderEvent[], fromSandbox?: boolean): Promise<EventReport>;
  /** Shares a transaction with others that come at the same time. */
  single(event: ProviderEvent, fromSandbox?: boolean): Promise<void>;
}

const intakes = new WeakMap<object, EventIntake>();

/** The one door for provider events of this process. */
export function eventIntake(db: Database): EventIntake {
  const intake = intakes.get(db.pool) ?? createIntake(db);
  intakes.set(db.pool, intake);
  return intake;
}

interface Waiting {
  event: ProviderEvent;
  fromSandbox: boolean;
  done(): void;
  failed(error: unknown): void;
}

function createIntake(db: Database): EventIntake {
  const inTurn = pLimit(AT_ONCE);
  let company: Waiting[] = [];

  const batch = (events: readonly ProviderEvent[], fromSandbox = false) => inTurn(() => recordEvents(db, events, fromSandbox));

  function flush(): void {
    const together = company;
    company = [];
    if (together.length === 0) return;
    // A process has either a real Twilio or the sandbox.
    batch(
      together.map(({ event }) => event),
      together.some(({ fromSandbox }) => fromSandbox),
    ).then(
      () => {
        for (const { done } of together) done();
      },
      (error: unknown) => {
        for (const { failed } of together) failed(error);
      },
    );
  }

  return {
    batch,
    single(event, fromSandbox = false) {
      return new Promise((done, failed) => {
        company.push({ event, fromSandbox, done, failed });
        if (company.length >= COMPANY) flush();
        else if (company.length === 1) setTimeout(flush, COMPANY_MS);
      });
    },
  };
}
