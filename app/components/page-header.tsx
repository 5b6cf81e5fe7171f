import { Title } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './page-header.module.css';
import { PageLink } from './page-link.tsx';

interface Props {
  title: ReactNode;
  /** The way here: "Campaigns / Spring launch". */
  back?: { to: string; label: string };
  /** Beside the title: a status badge, say. */
  badge?: ReactNode;
  /** One quiet line below it. */
  description?: ReactNode;
  actions?: ReactNode;
}

export function PageHeader({ title, back, badge, description, actions }: Props) {
  return (
    <header className={classes.root}>
      <div className={classes.words}>
        {back && (
          <nav aria-label="Breadcrumb" className={classes.back}>
            <PageLink to={back.to}>{back.label}</PageLink>
            <IconChevronRight size={13} aria-hidden />
          </nav>
        )}
        <div className={classes.line}>
          <Title order={1} className={`name ${classes.title}`} dir="auto">
            {title}
          </Title>
          {badge}
        </div>
        {description && <div className={classes.description}>{description}</div>}
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </header>
  );
}
