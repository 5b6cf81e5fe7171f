import { createAuth } from '#app/domain/access/auth.server.ts';
import { readablePassword } from '#app/domain/access/readable-password.server.ts';
import { sessionSecret } from '#app/domain/access/secrets.server.ts';
import { toCursor } from '#app/domain/cursor.ts';
import { openDatabase } from '#db/database.ts';
import { median } from '../stage/figures.ts';
import { addOldCampaigns } from '../stage/old-campaigns.ts';
import type { BenchContext, Figure } from './figure.ts';

const SMALL = 1_000;
const WARM_UP = 10;
const ROUNDS = 41;

/**
 * What a person waits for on the page of an ended campaign of `size` recipients (a multiple of 40), in ms from request to the last byte,
 * each beside the same of 1,000 recipients, in turn. The two campaigns stay in the database.
 */
export async function pages({ url, databaseUrl, size }: BenchContext): Promise<Figure[]> {
  const db = openDatabase(databaseUrl);
  try {
    const [small, large] = [await oldCampaign(SMALL), await oldCampaign(size)];
    const cookie = await signIn();
    const figures: Figure[] = [];
    for (const [name, path] of Object.entries(paths)) {
      const times = { small: [] as number[], large: [] as number[] };
      for (let round = 0; round < WARM_UP + ROUNDS; round++) {
        for (const [key, campaign] of [
          ['small', small],
          ['large', large],
        ] as const) {
          const began = performance.now();
          const answer = await fetch(url + path(campaign), { headers: { cookie }, redirect: 'error' });
          await answer.arrayBuffer();
          if (!answer.ok) throw new Error(`${name} answered ${answer.status}`);
          if (round >= WARM_UP) times[key].push(performance.now() - began);
        }
      }
      figures.push({ name, ours: median(times.large), limit: median(times.small), unit: 'ms' });
    }
    return figures;
  } finally {
    await db.pool.end();
  }

  async function oldCampaign(recipients: number): Promise<Campaign> {
    const [id] = (await addOldCampaigns(db.pool, { campaigns: 1, recipients })) as [number];
    const { rows } = await db.pool.query<{ id: number }>('select min(id) as id from recipients where campaign_id = $1', [id]);
    const first = rows[0]?.id as number;
    return { id, recipient: first, middle: toCursor(first + recipients / 2) };
  }

  /** Pages are for people: one of the bench's own looks at them. */
  async function signIn(): Promise<string> {
    const auth = createAuth(db, { baseUrl: url, secret: await sessionSecret(db, {}) });
    const email = `bench-${Date.now()}@example.com`;
    const password = readablePassword();
    await auth.sessions.api.createUser({ body: { name: 'Bench', email, password, role: 'marketer' } });
    const answer = await fetch(`${url}/login`, { method: 'POST', body: new URLSearchParams({ email, password }), redirect: 'manual' });
    const cookie = answer.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    if (cookie === '') throw new Error(`The sign-in answered ${answer.status}`);
    return cookie;
  }
}

interface Campaign {
  id: number;
  /** The first of its list. */
  recipient: number;
  /** The cursor of the page in the middle of the list. */
  middle: string;
}

/** Every filter leaves at least a page of the small campaign, too, so that both answers are of a size. */
const paths: Record<string, (campaign: Campaign) => string> = {
  'campaign page': ({ id }) => `/campaigns/${id}`,
  'page in the middle': ({ id, middle }) => `/campaigns/${id}?page=${middle}`,
  'filter by status': ({ id }) => `/campaigns/${id}?status=failed`,
  'filter by reason': ({ id }) => `/campaigns/${id}?code=provider_error`,
  'filter, middle': ({ id, middle }) => `/campaigns/${id}?status=sent&page=${middle}`,
  search: ({ id }) => `/campaigns/${id}?q=persona`,
  'search in a filter': ({ id }) => `/campaigns/${id}?status=failed&q=person`,
  'search in a reason': ({ id }) => `/campaigns/${id}?code=provider_error&q=person`,
  'search in a large filter': ({ id }) => `/campaigns/${id}?status=sent&q=persona`,
  'retry preview': ({ id }) => `/campaigns/${id}/retry`,
  'one recipient': ({ id, recipient }) => `/campaigns/${id}/recipients/${recipient}`,
};
