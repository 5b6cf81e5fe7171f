export interface BenchContext {
  /** Of a running web process. */
  url: string;
  /** An API key of an administrator. */
  key: string;
  databaseUrl: string;
  /** Recipients, rows or events. */
  size: number;
}

export interface Figure {
  name: string;
  ours: number;
  /** What the same costs without Rollcall, or with a small list. */
  limit: number;
  unit: string;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}
