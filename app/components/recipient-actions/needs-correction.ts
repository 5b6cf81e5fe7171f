/** Did the recipient fail because of the address itself, so that a correction comes before another try? */
export function needsCorrection(failureCode: string | null): boolean {
  return failureCode === 'invalid_address' || failureCode === 'invalid_number';
}
