import { ActionIcon, UnstyledButton } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import classes from './search.module.css';

/** Opens the search over all pages: a field's likeness in the navigation, an icon where there is little room. */
export function SearchButton({ compact = false }: { compact?: boolean }) {
  if (compact) {
    return (
      <ActionIcon size={36} className="needs-script" aria-label="Search" onClick={spotlight.open}>
        <IconSearch size={19} stroke={1.8} aria-hidden />
      </ActionIcon>
    );
  }
  return (
    <UnstyledButton className={`needs-script ${classes.button}`} onClick={spotlight.open}>
      <IconSearch size={15} stroke={1.8} aria-hidden />
      <span className={classes.buttonWord}>Search</span>
      <kbd className={classes.key} aria-hidden>
        /
      </kbd>
    </UnstyledButton>
  );
}
