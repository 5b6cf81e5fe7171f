/** Places for work that costs a processor core for a tenth of a second; a flood of it must leave the rest of the product its share. */
export interface PasswordChecks {
  /**
   * Runs the work when a place is free: browsers that signed in before come first.
   *
   * @returns null where too many wait already; nothing was run
   */
  run<T>(known: boolean, work: () => Promise<T>): Promise<T> | null;
  /** Would `run` refuse now? */
  isFull(known: boolean): boolean;
}

/** Places, and how many wait for one: some seconds' worth of checks. Whoever comes after them gets a quick no instead of a long wait. */
const PLACES = { atOnce: 2, forOthers: 1, waiting: 8, knownWaiting: 16 };

/** @param places of those at once, strangers may have `forOthers`: a flood leaves a core to who is known, and to the rest of the product */
export function createPasswordChecks({ atOnce, forOthers, waiting, knownWaiting } = PLACES): PasswordChecks {
  let running = 0;
  let others = 0;
  const queues = { known: [] as (() => void)[], others: [] as (() => void)[] };

  const isFree = (known: boolean) => running < atOnce && (known || others < forOthers);
  const isFull = (known: boolean) => !isFree(known) && (known ? queues.known.length >= knownWaiting : queues.others.length >= waiting);

  function count(known: boolean, by: 1 | -1): void {
    running += by;
    if (!known) others += by;
  }

  async function inPlace<T>(known: boolean, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      count(known, -1);
      const next = isFree(true) && queues.known.length > 0 ? true : isFree(false) && queues.others.length > 0 ? false : null;
      if (next !== null) {
        // Counted at once: nobody who comes meanwhile can take the place.
        count(next, 1);
        (next ? queues.known : queues.others).shift()?.();
      }
    }
  }

  return {
    isFull,
    run(known, work) {
      if (isFull(known)) return null;
      if (isFree(known)) {
        count(known, 1);
        return inPlace(known, work);
      }
      const queue = known ? queues.known : queues.others;
      return new Promise<void>((resolve) => queue.push(resolve)).then(() => inPlace(known, work));
    },
  };
}
