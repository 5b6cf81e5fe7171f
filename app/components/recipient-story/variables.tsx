import { Title } from '@mantine/core';
import classes from './recipient-story.module.css';

/** What the contact file said of this person, in the file's order of columns. */
export function Variables({ variables, order }: { variables: Record<string, unknown>; order: readonly string[] }) {
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  const entries = Object.entries(variables).sort(([a], [b]) => place(a) - place(b));
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
              {value === '' || value === null ? '–' : String(value)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
