/** Between two tries, ms; the network's return is not waited for so long. */
const AGAIN_MS = 2_000;

/**
 * Lets a page's data wait for the network instead of failing for want of it: one click while offline must not replace the application by an
 * error. Only for reading, and only for what Remix asks for by itself; leaving for another page ends the wait by the request's own signal.
 */
export function patientFetch(real: typeof fetch): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const patient = request.method === 'GET' && isPageData(new URL(request.url));
    for (;;) {
      try {
        return await real(patient ? request.clone() : request);
      } catch (error) {
        if (!patient || request.signal.aborted || !(error instanceof TypeError)) throw error;
        await networkOrTime(request.signal);
      }
    }
  };
}

function isPageData({ origin, pathname }: URL): boolean {
  return origin === location.origin && (pathname.endsWith('.data') || pathname === '/__manifest');
}

/** Resolves when it is worth another try; rejects with the signal's reason. */
function networkOrTime(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, AGAIN_MS);
    function done() {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      signal.removeEventListener('abort', left);
      resolve();
    }
    function left() {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      reject(signal.reason);
    }
    window.addEventListener('online', done);
    signal.addEventListener('abort', left);
  });
}
