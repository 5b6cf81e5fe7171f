import { ActionIcon, Button, MantineProvider } from '@mantine/core';
import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { theme } from '#app/components/theme.ts';

const tagOf = (part: ReactElement) =>
  /<(?:button|a) [^>]*>/.exec(renderToStaticMarkup(<MantineProvider theme={theme}>{part}</MantineProvider>))?.[0];

test.each([
  [
    'busy',
    <Button key="1" type="submit" loading>
      Save
    </Button>,
    / type="submit".* aria-disabled="true"/,
    / disabled=/,
  ],
  [
    'busy and not to be pressed',
    <Button key="2" loading disabled>
      Save
    </Button>,
    / aria-disabled="true"/,
    / disabled=/,
  ],
  [
    'not to be pressed',
    <Button key="3" disabled>
      Save
    </Button>,
    / type="button".* disabled=/,
    / aria-disabled/,
  ],
  [
    'ready',
    <Button key="4" loading={false}>
      Save
    </Button>,
    / type="button"/,
    /disabled/,
  ],
  ['busy, with a picture alone', <ActionIcon key="5" loading aria-label="Save" />, / aria-disabled="true"/, / disabled=/],
  [
    'a link',
    <Button key="6" component="a" href="/">
      Back
    </Button>,
    /^<a .*href="\/"/,
    /disabled/,
  ],
])('a button that is %s', (_, button, has, lacks) => {
  expect(tagOf(button)).toMatch(has);
  expect(tagOf(button)).not.toMatch(lacks);
});
