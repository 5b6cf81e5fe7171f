import { describe, expect, test } from 'vitest';
import { passwordProblem } from '#app/domain/access/password-problem.server.ts';

const mina = { email: 'mina.okafor@shop.example', name: 'Mina Okafor-Lindqvist' };

// Of each kind what people choose, and what only looks like it.
describe.each([
  ['common', /^Many people have this password.+Choose three or four words/],
  ['owner', /^The name or the email address is part of this password.+nothing to do with/],
  ['product', /^The word Rollcall is part of this password.+put other words/],
  ['same', /repeats itself/],
] as const)('%s', (kind, words) => {
  const refused: Record<typeof kind, string[]> = {
    common: [
      '1234567890',
      '1q2w3e4r5t',
      'qwertyuiop',
      'Basketball',
      'basketball!',
      'BASKETBALL2024',
      'password123',
      'Password123!',
      '１２３４５６７８９０',
      'monkey2026!',
      'Sunshine-2026',
      'Welcome12345!',
      'pa$$word2026!',
    ],
    owner: [
      'mina.okafor@shop.example',
      'MINA.OKAFOR',
      'minaokafor',
      'Mina-Okafor 99',
      'okafor likes tea',
      'xxLindqvistxx',
      'summer of mina 24',
      'mina1987654',
      'mina okafor lindqvist',
    ],
    product: ['rollcall is mine', 'RollCall2026', 'roll-call lantern', 'my Roll Call words'],
    same: ['aaaaaaaaaa', '1212121212', 'abababababab'],
  };
  test.each(refused[kind])('%s is refused', (password) => {
    expect(passwordProblem(password, mina)).toMatch(words);
  });
});

test.each([
  'tall ships, calm seas',
  'a long password',
  'correct horse battery',
  '    ten   ',
  'пароль из четырёх слов',
  'geminal orbits turn',
  'the roll of a call',
  'basket under the balls',
  'x7#Kq9!vTz2m',
  'monkeys wear hats',
])('%j is taken', (password) => {
  expect(passwordProblem(password, mina)).toBeNull();
});

// Short names are in many words by chance: whole they are a name, in another word they are not.
test.each([
  ['Ana', 'ana@example.com', 'banana split harbour', false],
  ['Ana', 'ana@example.com', 'words that only Ana knows', true],
  ['Di', 'di@example.com', 'a sentence that Di made', false],
  ['Thea', 'thea@example.com', 'the apple of the pier', false],
  ['Li Wei', 'lw@example.com', 'liwei and lanterns', false],
  ['Anna Bo', 'ab@example.com', 'annabo lanterns lit', true],
  ['', '@', 'lanterns over water', false],
])('of %s <%s> %j names its owner: %s', (name, email, password, named) => {
  expect(passwordProblem(password, { name, email }) !== null).toBe(named);
});
