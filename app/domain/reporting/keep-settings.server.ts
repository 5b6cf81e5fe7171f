import type { Database } from '#db/database.ts';

/** Writes down those limits of the configuration that the reporting views tell of. Call it when a server starts. */
export async function keepSettings(db: Database, { retryWindowS }: { retryWindowS: number }): Promise<void> {
  await db.pool.query(
    `insert into settings_in_force (name, value) values ('retry_window_s', $1)
     on conflict (name) do update set value = excluded.value where settings_in_force.value <> excluded.value`,
    [retryWindowS],
  );
}
