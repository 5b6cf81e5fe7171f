/** One line of the table: what was measured, in turn, several times in one run. */
export interface Row {
  what: string;
  /** What `ours` and `theirs` count. */
  unit: string;
  /** The median of the rounds. */
  ours: number;
  /** What it is compared with; null where the figure stands alone. */
  theirs: number | null;
  against: string;
  /** ours / theirs of each round, or the figure itself where it stands alone. */
  rounds: number[];
  /** What the project wants, and whether more or less is better; null for what is only told. */
  wanted: { least: number } | { most: number } | null;
  /** Where it was not measured, and why. */
  missing?: string;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Nearest rank, share from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

/** The row of figures that were taken in pairs, one after the other. */
export function paired(row: Pick<Row, 'what' | 'unit' | 'against' | 'wanted'>, rounds: readonly { ours: number; theirs: number }[]): Row {
  return {
    ...row,
    ours: median(rounds.map(({ ours }) => ours)),
    theirs: median(rounds.map(({ theirs }) => theirs)),
    rounds: rounds.map(({ ours, theirs }) => ours / theirs),
  };
}

export function alone(row: Pick<Row, 'what' | 'unit' | 'wanted'>, rounds: readonly number[]): Row {
  return { ...row, against: '', ours: median(rounds), theirs: null, rounds: [...rounds] };
}

/** The ratio that counts is the median; the slowest round stands beside it. */
export function judged({ rounds, wanted }: Row): { value: number; worst: number; kept: boolean } {
  const value = median(rounds);
  if (wanted && 'most' in wanted) return { value, worst: Math.max(...rounds), kept: value <= wanted.most };
  return { value, worst: Math.min(...rounds), kept: wanted === null || value >= wanted.least };
}
