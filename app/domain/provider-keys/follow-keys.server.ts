import type { Database } from '#db/database.ts';
import type { ProviderFields } from './provider-keys.ts';
import { fixedFields, inForce, readKeys } from './stored-keys.server.ts';

/** Keeps a process's providers as the environment and the settings have them now. */
export interface FollowedKeys {
  /** What the environment sets, which no setting changes. */
  readonly fixed: ProviderFields;
  /** Reads the settings anew: something was saved or removed, or may have been while nobody listened. */
  reload(): Promise<void>;
}

/** For a process that reads no settings. */
export const environmentKeys = (configuration: ProviderFields): FollowedKeys => ({
  fixed: fixedFields(configuration),
  reload: async () => {},
});

/**
 * Puts what is saved in the settings into a process's configuration, now and whenever `reload` is called: whoever reads a field of it gets the one
 * in force.
 *
 * @param configuration as the environment has it; its fields of `ProviderFields` change
 * @param onChange is called after they have
 * @throws SealProblem at the start
 */
export async function followKeys(
  db: Database,
  configuration: ProviderFields,
  log: { warn(what: object, words: string): void },
  onChange: () => void = () => {},
): Promise<FollowedKeys> {
  const fixed = fixedFields(configuration);
  let newest = 0;
  let end: NodeJS.Timeout | undefined;
  async function apply(): Promise<void> {
    const turn = ++newest;
    const saved = await readKeys(db.pool, db.seals);
    // Of two that read at once the one that began later has the newer.
    if (turn !== newest) return;
    Object.assign(configuration, inForce(fixed, saved, Date.now()));
    onChange();
    // What was replaced is forgotten when its time is over.
    clearTimeout(end);
    const ends = [saved.email, saved.sms].flatMap((row) => row?.keys.former?.until ?? []).filter((until) => until > Date.now());
    if (ends.length > 0) end = setTimeout(() => void reload(), Math.min(...ends) - Date.now() + 1).unref();
  }
  async function reload(): Promise<void> {
    await apply().catch((error: unknown) =>
      log.warn({ err: error }, 'the keys of the settings could not be read; those from before stay in force'),
    );
  }
  await apply();
  return { fixed, reload };
}
