/** A message takes more steps, or becomes longer, than any message may. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
}
