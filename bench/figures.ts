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
  /** What the project wants, and whether more or less is better. */
  wanted: { least: number } | { most: number };
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
export function judged(row: Row): { value: number; worst: number; kept: boolean } {
  const value = median(row.rounds);
  const least = 'least' in row.wanted;
  const worst = least ? Math.min(...row.rounds) : Math.max(...row.rounds);
  const kept = 'least' in row.wanted ? value >= row.wanted.least : value <= row.wanted.most;
  return { value, worst, kept };
}
