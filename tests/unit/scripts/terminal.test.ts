import { describe, expect, test } from 'vitest';
import { harmless, table } from '../../../scripts/send/terminal.ts';

describe('a table for a terminal', () => {
  test('has columns that stand below one another, whatever signs are in them, and numbers to the right', () => {
    const rows = [
      ['名前 1', 5, 'x'],
      ['Ada\nLovelace', 12_345, 'y'],
      ['👩‍🚀', 0, ''],
    ];
    expect(table(['NAME', 'SENT', 'THEN'], rows).split('\n')).toEqual([
      'NAME            SENT  THEN',
      '名前 1             5  x',
      'Ada Lovelace  12,345  y',
      expect.stringMatching(/^👩‍🚀 +0$/u),
    ]);
  });
});

describe('text of others', () => {
  test.each([
    ['clears the screen', '\u001b[2J', '\ufffd[2J'],
    ['writes over its line', 'good\rbad', 'good\ufffdbad'],
    ['puts something on the clipboard', '\u001b]52;c;Zm9v\u0007', '\ufffd]52;c;Zm9v\ufffd'],
    ['steers in one byte', '\u009b31m', '\ufffd31m'],
    ['rubs out', 'a\u0008b\u007f', 'a\ufffdb\ufffd'],
    ['turns what follows', 'a\u202eb\u2067c\u200fd', 'a\ufffdb\ufffdc\ufffdd'],
    ['breaks a line where nobody sees it', 'a\u2028b\u0085c', 'a\ufffdb\ufffdc'],
    ['is only foreign', 'Zoë 名前 👩‍🚀 עברית\nnext', 'Zoë 名前 👩‍🚀 עברית\nnext'],
  ])('that %s', (_what, text, shown) => {
    expect(harmless(text)).toBe(shown);
  });
});
