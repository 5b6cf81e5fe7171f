/** ms after which a chunk makes do with the places that there are. */
const COMPANY_MS = 5;
/** Messages that are answered for, beyond the places, and whose outcome is not committed yet: a statement's worth. A worker that is killed leaves so many more in doubt. */
const UNCOMMITTED = 200;

export interface Places {
  /** Waits for up to so many places, in turn with the others; few only where more do not come soon. @returns how many; 0: `closed` */
  take(most: number): Promise<number>;
  /** One place, before those who take many: for a retry, whom a person or a promise waits for. */
  takeOne(): Promise<void>;
  /** Places that were taken and are not needed. */
  give(count: number): void;
  /** One of the places that were taken. */
  seat(): Seat;
  /** Resolves when all places are free. */
  idle(): Promise<void>;
}

/** Where one message is in flight. */
interface Seat {
  /** The provider has answered: somebody else may be called for while the outcome is being committed. */
  answered(): void;
  /** It is done with. */
  leave(): void;
}

/** The places in which a worker's messages of one channel are in flight. */
export function createPlaces(size: number, closed: AbortSignal): Places {
  const bound = size + UNCOMMITTED;
  let callable = size;
  let open = bound;
  const single: (() => void)[] = [];
  const many: { most: number; give: (count: number) => void }[] = [];
  const idle: (() => void)[] = [];
  let waiting = false;

  const free = () => Math.min(callable, open);
  function take(count: number): void {
    callable -= count;
    open -= count;
  }

  function hand(evenFew: boolean): void {
    while (free() > 0 && single.length > 0) {
      take(1);
      single.shift()?.();
    }
    for (let first = many[0]; first && free() > 0; first = many[0]) {
      const enough = Math.min(first.most, Math.ceil(size / 4));
      if (free() < enough && !evenFew) {
        if (waiting) return;
        waiting = true;
        setTimeout(() => {
          waiting = false;
          hand(true);
        }, COMPANY_MS);
        return;
      }
      evenFew = false;
      const count = Math.min(free(), first.most);
      take(count);
      many.shift();
      first.give(count);
    }
    if (open === bound) for (const resolve of idle.splice(0)) resolve();
  }

  closed.addEventListener('abort', () => {
    for (const { give } of many.splice(0)) give(0);
  });

  return {
    take: (most) =>
      new Promise((resolve) => {
        if (closed.aborted) return resolve(0);
        many.push({ most, give: resolve });
        hand(false);
      }),
    takeOne: () =>
      new Promise((resolve) => {
        single.push(resolve);
        hand(false);
      }),
    give(count) {
      take(-count);
      hand(false);
    },
    seat() {
      let calling = 1;
      return {
        answered() {
          callable += calling;
          calling = 0;
          hand(false);
        },
        leave() {
          callable += calling;
          open++;
          hand(false);
        },
      };
    },
    idle: () =>
      new Promise((resolve) => {
        idle.push(resolve);
        hand(false);
      }),
  };
}
