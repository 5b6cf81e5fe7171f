import { VisuallyHidden } from '@mantine/core';
import { useNavigation } from '@remix-run/react';
import classes from './navigation-progress.module.css';

/** A thin line at the top while a page or a form is on its way. It starts late, so that quick answers do not flicker. */
export function NavigationProgress() {
  const { state } = useNavigation();
  if (state === 'idle') return null;
  return (
    <div className={classes.track} role="status">
      <div className={classes.line} />
      <VisuallyHidden>Loading</VisuallyHidden>
    </div>
  );
}
