import { Title } from '@mantine/core';
import classes from './recipient-story.module.css';

/** What the contact file said of this person. */
export function Variables({ variables }: { variables: Record<string, string> }) {
  const entries = Object.entries(variables);
  if (entries.length === 0) return null;
  return (
    <section aria-labelledby="variables">
      <Title order={3} id="variables" className={classes.heading}>
        From the contact file
      </Title>
      <dl className={classes.facts}>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="name" dir="auto">
              {value === '' ? '–' : value}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
