import { recipientStatuses } from '#app/domain/recipients/recipient.ts';
import { until } from '../launch/processes.ts';
import { follow, type Progress } from '../send/follow.ts';
import type { Cluster } from './cluster.ts';

/** Socket clients, so that each web process has some. */
const WATCHERS = 4;
/** Who was cut off is connected again after this time, and who is connected shows the truth after this time. */
const CONNECTED_WITHIN_MS = 5_000;
const SHOWN_WITHIN_MS = 2_000;
const SHOWN = ['status', 'total', ...recipientStatuses] as const;

export interface Watchers {
  cut(): void;
  /** Waits until all, the page in a browser too, show the ledger's numbers. @throws with what one of them shows instead */
  untilRight(): Promise<void>;
  close(): void;
}

/** People who look on while a campaign is sent. */
export async function watchCampaign(cluster: Cluster, id: number): Promise<Watchers> {
  const { reader } = cluster;
  const shows: (Progress | undefined)[] = [];
  const followings = Array.from({ length: WATCHERS }, (_, i) =>
    follow(cluster, id, (progress) => {
      shows[i] = progress;
    }),
  );
  await Promise.all(followings.map(({ joined }) => joined));

  return {
    cut() {
      for (const { socket } of followings) socket.io.engine.close();
    },
    async untilRight() {
      await until('every socket client is connected', CONNECTED_WITHIN_MS, () => followings.every(({ socket }) => socket.connected));
      let wrong: unknown;
      await until('everybody who looks on sees the ledger’s numbers', SHOWN_WITHIN_MS, async () => {
        const [row] = await cluster.query<Record<string, unknown>>('select * from campaigns where id = $1', [id]);
        const late = followings.findIndex((_, i) => SHOWN.some((name) => row?.[name] !== shows[i]?.[name]));
        const page = await reader?.shows();
        const pageIsRight = !reader || (page?.sent === row?.sent && page?.total === row?.total);
        wrong = late < 0 ? { page } : shows[late];
        return late < 0 && pageIsRight;
      }).catch((error: Error) => {
        throw new Error(`${error.message}: one shows ${JSON.stringify(wrong)}`);
      });
    },
    close() {
      for (const following of followings) following.close();
    },
  };
}
