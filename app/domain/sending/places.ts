/** ms after which a chunk makes do with the places that there are. */
const COMPANY_MS = 5;

export interface Places {
  /** Waits for up to so many places, in turn with the others; few only where more do not come soon. @returns how many; 0: `closed` */
  take(most: number): Promise<number>;
  /** One place, before those who take many: for a retry, whom a person or a promise waits for. */
  takeOne(): Promise<void>;
  give(count: number): void;
  /** Resolves when all places are free. */
  idle(): Promise<void>;
}

/** The places in which a worker's messages of one channel are in flight. */
export function createPlaces(size: number, closed: AbortSignal): Places {
  let free = size;
  const single: (() => void)[] = [];
  const many: { most: number; give: (count: number) => void }[] = [];
  const idle: (() => void)[] = [];
  let waiting = false;

  function hand(evenFew: boolean): void {
    while (free > 0 && single.length > 0) {
      free--;
      single.shift()?.();
    }
    for (let first = many[0]; first && free > 0; first = many[0]) {
      const enough = Math.min(first.most, Math.ceil(size / 4));
      if (free < enough && !evenFew) {
        if (waiting) return;
        waiting = true;
        setTimeout(() => {
          waiting = false;
          hand(true);
        }, COMPANY_MS);
        return;
      }
      evenFew = false;
      const count = Math.min(free, first.most);
      free -= count;
      many.shift();
      first.give(count);
    }
    if (free === size) for (const resolve of idle.splice(0)) resolve();
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
      free += count;
      hand(false);
    },
    idle: () =>
      new Promise((resolve) => {
        idle.push(resolve);
        hand(false);
      }),
  };
}
