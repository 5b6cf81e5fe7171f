import { IconAlertTriangle, IconCheck, IconCloudOff, IconLoader2 } from '@tabler/icons-react';
import classes from './editor.module.css';
import type { SaveState } from './use-autosave.ts';

/** Where the text is: in the database, on its way, or only here. Read out when it changes to trouble. */
export function SaveIndicator({ state }: { state: SaveState }) {
  const failed = state.kind === 'failed';
  const Icon = failed ? (state.again ? IconCloudOff : IconAlertTriangle) : state.kind === 'saved' ? IconCheck : IconLoader2;
  const text = failed ? (state.again ? state.message : 'Not saved') : state.kind === 'saved' ? 'Saved' : 'Saving';
  return (
    <span className={`needs-script ${classes.save}`} data-kind={state.kind} role="status" aria-live="polite">
      <Icon size={15} stroke={2} aria-hidden />
      {text}
    </span>
  );
}
