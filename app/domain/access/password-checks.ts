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

const AT_ONCE = 2;
/** Some seconds' worth of checks; whoever comes after them gets a quick no instead of a long wait. */
const WAITING = 8;
const KNOWN_WAITING = 16;

export function createPasswordChecks(atOnce = AT_ONCE, waiting = WAITING, knownWaiting = KNOWN_WAITING): PasswordChecks {
  let running = 0;
  const queues = { known: [] as (() => void)[], others: [] as (() => void)[] };

  async function inPlace<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      const next = queues.known.shift() ?? queues.others.shift();
      // The place goes to the next one directly: nobody who comes meanwhile can take it.
      if (next) next();
      else running -= 1;
    }
  }

  const isFull = (known: boolean) => running >= atOnce && (known ? queues.known.length >= knownWaiting : queues.others.length >= waiting);

  return {
    isFull,
    run(known, work) {
      if (running < atOnce) {
        running += 1;
        return inPlace(work);
      }
      if (isFull(known)) return null;
      const queue = known ? queues.known : queues.others;
      return new Promise<void>((resolve) => queue.push(resolve)).then(() => inPlace(work));
    },
  };
}
