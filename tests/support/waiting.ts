import { vi } from 'vitest';

/**
 * A wait ends with its condition. Its bound is for what never comes, so that no test asks for seconds: none is below half a minute, whatever
 * it says, and vitest's own of one second is nobody's.
 */
const LEAST_MS = 30_000;

const { waitFor } = vi;
vi.waitFor = (condition, options) => {
  const asked = typeof options === 'number' ? { timeout: options } : (options ?? {});
  return waitFor(condition, { interval: 20, ...asked, timeout: Math.max(asked.timeout ?? 0, LEAST_MS) });
};
