/** The word that somebody probably meant, or null where none is near enough. */
export function nearest(word: string, words: readonly string[]): string | null {
  const wanted = plain(word);
  let best: string | null = null;
  // Two slips in a long word, one in a short one.
  let bestDistance = Math.min(2, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of words) {
    const distance = editDistance(wanted, plain(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `firstName`, `FIRST_NAME` and `first-name` are the same slip. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** Levenshtein's, with a swap of neighbours as one step. */
function editDistance(a: string, b: string): number {
  let previous: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min((next[j - 1] as number) + 1, (row[j] as number) + 1, (row[j - 1] as number) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, (previous[j - 2] as number) + 1);
      }
      next.push(distance);
    }
    previous = row;
    row = next;
  }
  return row[b.length] as number;
}
