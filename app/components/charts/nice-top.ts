/** The end of an axis that begins at 0: 1, 2, 4, 6, 8 or 10 times a power of ten, which two or four lines divide into whole steps. */
export function niceTop(most: number): number {
  if (most <= 2) return 2;
  const power = 10 ** Math.floor(Math.log10(most));
  return power * ([1, 2, 4, 6, 8].find((n) => n * power >= most) ?? 10);
}
