import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Logo } from '../logo.tsx';
import classes from '../sign-in.module.css';
import { SignInPicture } from '../sign-in-picture.tsx';

/** A page for somebody who is not signed in: what it is for, one form, and the product beside it. */
export function AccessPage({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  return (
    <div className={classes.page}>
      <main className={classes.form}>
        <Logo size={28} />
        <div>
          <Title order={1} mb={4}>
            {title}
          </Title>
          <Text c="dimmed">{lead}</Text>
        </div>
        {children}
      </main>
      <SignInPicture />
    </div>
  );
}
