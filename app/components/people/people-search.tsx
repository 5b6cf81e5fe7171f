import { Button, CloseButton, TextInput } from '@mantine/core';
import { Form } from '@remix-run/react';
import { IconSearch } from '@tabler/icons-react';
import { useTypedSearch } from '../use-typed-search.ts';
import classes from './people.module.css';

/** One box for addresses and numbers in any spelling, names and more. It lives in the URL and works as a plain form without scripts. */
export function PeopleSearch({ q, only }: { q: string; only: boolean }) {
  const { form, field, apply, applySoon } = useTypedSearch(q);
  return (
    <search>
      <Form ref={form} method="get" action="/people" className={classes.search}>
        <TextInput
          ref={field}
          size="md"
          className={classes.field}
          name="q"
          type="search"
          aria-label="Email address, phone number or name"
          placeholder="Email address, phone number or name"
          defaultValue={q}
          autoFocus={q === ''}
          autoComplete="off"
          spellCheck={false}
          maxLength={320}
          leftSection={<IconSearch size={18} aria-hidden />}
          rightSection={
            q && (
              <CloseButton
                aria-label="Clear the search"
                onClick={() => {
                  if (field.current) {
                    field.current.value = '';
                    field.current.focus();
                  }
                  apply();
                }}
              />
            )
          }
          onChange={applySoon}
        />
        {(q !== '' || only) && (
          <label className={classes.filter}>
            <input type="checkbox" name="only" value="not_arrived" defaultChecked={only} onChange={apply} />
            Only what did not arrive
          </label>
        )}
        <Button type="submit" size="md" variant="default" className="no-script">
          Search
        </Button>
      </Form>
    </search>
  );
}
