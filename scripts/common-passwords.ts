// node scripts/common-passwords.ts FILE: makes app/domain/access/common-passwords.server.ts anew, of a list of passwords, one a line, the most
// common first. What is there is of "10 million passwords" of SecLists (github.com/danielmiessler/SecLists).
import { readFileSync, writeFileSync } from 'node:fs';
import { PASSWORD_LENGTH } from '../app/domain/access/own-password.ts';
import { markOfPassword } from '../app/domain/access/password-problem.server.ts';

const MOST = 10_000;
const [file] = process.argv.slice(2);
if (!file) throw new Error('Name the list: node scripts/common-passwords.ts FILE');
const lines = readFileSync(file, 'utf8').split('\n');
const plain = lines.map((line) => line.trim().normalize('NFKC').toLowerCase()).filter(({ length }) => length >= PASSWORD_LENGTH.least);
const marks = [...new Set(plain)].slice(0, MOST).map(markOfPassword);
writeFileSync(
  'app/domain/access/common-passwords.server.ts',
  `/** Marks of the ${marks.length} most common passwords that are long enough, of 8 characters each (password-problem.server.ts). Made by scripts/common-passwords.ts. */
export const COMMON =
  '${marks.sort().join('')}';
`,
);
