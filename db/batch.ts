import DataLoader from 'dataloader';

/**
 * PostgreSQL's answers after which the same statement may succeed: lost connections, shutdowns, deadlocks, serialisation, and the end of a
 * transaction that was idle for too long.
 */
export function isPassing(error: unknown): boolean {
  const code = (error as { code?: string } | null)?.code ?? '';
  if (/^(08|53|57P|40|58|25P03)/.test(code)) return true;
  if (/^(ECONN[A-Z]+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(code)) return true; // the socket's
  const message = error instanceof Error ? error.message : '';
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed/.test(
    message,
  );
}

/** PostgreSQL's answers that concern the data of some row: class 22 (data exception) and 23 (integrity constraint). */
export function isAboutData(error: unknown): boolean {
  return /^2[23]/.test((error as { code?: string } | null)?.code ?? '');
}

/** Data of some row (22, 23) or the statement itself (42, 0A) is wrong, or it is no answer of PostgreSQL: the same again comes to the same end. */
function isFinal(error: unknown): boolean {
  const code = (error as { code?: string } | null)?.code ?? '';
  return !/^[0-9A-Z]{5}$/.test(code) || /^(22|23|42|0A)/.test(code);
}

/** What may not be lost is repeated after errors that nobody foresaw, too, for as long: read-only (25006), cancelled (57014), locked (55P03), internal (XX000). */
const INSIST_MS = 120_000;

export interface BatchOptions {
  /** Rows a statement at most. */
  size: number;
  /** ms to wait for company while no statement runs; while one does, its end is waited for. */
  delayMs: number;
  /** Ends the repeating; the rows then fail with its reason. */
  signal: AbortSignal;
  /** The rows may not be lost: repeat after any error but one that is sure to come again. */
  insist?: boolean;
  /** Told of each repeat. */
  onRepeat: (error: unknown) => void;
}

/** Statements of one kind at a time: one more would wait for the same campaign's row, and have fewer rows. */
const PARALLEL = 1;

/** @param repeated an earlier run of the same rows may have been committed, though its answer was lost */
export type Statement<Row, Result> = (rows: readonly Row[], repeated: boolean) => Promise<readonly Result[]>;

/**
 * Lets concurrent callers share set-based statements. The statement must be safe to repeat: after a lost connection or a deadlock it is
 * run again until it succeeds; on a data error the batch is halved until the poisoned row fails alone.
 */
export function batched<Row, Result>(statement: Statement<Row, Result>, options: BatchOptions): (row: Row) => Promise<Result> {
  let running = 0;
  const waiting: (() => void)[] = [];
  const loader = new DataLoader<Row, Result>(
    async (rows) => {
      running++;
      try {
        return await settle(statement, rows, options, false);
      } finally {
        running--;
        waiting.shift()?.();
      }
    },
    {
      cache: false,
      maxBatchSize: options.size,
      batchScheduleFn(flush) {
        if (running >= PARALLEL) waiting.push(flush);
        else setTimeout(flush, options.delayMs);
      },
    },
  );
  return (row) => loader.load(row);
}

async function settle<Row, Result>(
  statement: Statement<Row, Result>,
  rows: readonly Row[],
  options: BatchOptions,
  repeated: boolean,
): Promise<(Result | Error)[]> {
  const insistUntil = performance.now() + INSIST_MS;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    try {
      return [...(await statement(rows, repeated))];
    } catch (error) {
      if (isAboutData(error)) {
        if (rows.length === 1) return [error as Error];
        const middle = rows.length >> 1;
        return [
          ...(await settle(statement, rows.slice(0, middle), options, repeated)),
          ...(await settle(statement, rows.slice(middle), options, repeated)),
        ];
      }
      if (!isPassing(error) && !(options.insist && !isFinal(error) && performance.now() < insistUntil)) throw error;
      options.signal.throwIfAborted();
      options.onRepeat(error);
      repeated = true;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
