import { IconAlertTriangle, IconCheck, IconCloudOff, IconLoader2 } from '@tabler/icons-react';
import classes from './editor.module.css';
import type { SaveState } from './use-autosave.ts';

/** Where the text is: in the database, on its way, or only here. Read out when it changes to trouble. */
export function SaveIndicator({ state, choosing = false, quiet = false }: { state: SaveState; choosing?: boolean; quiet?: boolean }) {
  const failed = state.kind === 'failed' || choosing;
  const again = state.kind === 'failed' && state.again;
  const Icon = failed ? (again ? IconCloudOff : IconAlertTriangle) : state.kind === 'saved' ? IconCheck : IconLoader2;
  const text = failed
    ? again
      ? state.message
      : choosing
        ? 'Not saved: choose between two versions'
        : 'Not saved'
    : state.kind === 'saved'
      ? 'Saved'
      : 'Saving';
  const said = quiet ? (failed ? 'Kept here, not saved yet' : state.kind === 'saved' ? 'Everything is saved' : 'Being saved') : text;
  return (
    <span
      className={`needs-script ${classes.save}`}
      data-kind={failed ? 'failed' : state.kind}
      {...(quiet ? {} : { role: 'status', 'aria-live': 'polite' as const })}
    >
      <Icon size={15} stroke={2} aria-hidden />
      {said}
    </span>
  );
}
