/** Which line an offset of the template stands in, from 1. Counted once: a search takes a few steps, however long the template is. */
export function linesOf(template: string): (offset: number) => number {
  const starts = [0];
  for (let at = template.indexOf('\n'); at !== -1; at = template.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
