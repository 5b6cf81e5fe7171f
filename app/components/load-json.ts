/**
 * Reads JSON of our own server in the background; null where that fails. Not a fetcher: when one of those fails, for want of a
 * network say, the whole page gives way to an error. What is read here is a refinement of what the page shows already.
 */
export async function loadJson<T>(url: string): Promise<T | null> {
  try {
    const answer = await fetch(url, { headers: { accept: 'application/json' }, redirect: 'error' });
    return answer.ok ? ((await answer.json()) as T) : null;
  } catch {
    return null;
  }
}
