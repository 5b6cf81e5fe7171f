// npm run ledger-docs [-- --check]: writes the picture and the table of a recipient's life in docs/architecture.md from the table of transitions.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { allowedFrom, statuses, type Verb, type VerbName, verbs, verbsBetween } from '../db/ledger/transitions.ts';

const file = fileURLToPath(new URL('../docs/architecture.md', import.meta.url));
const kept = readFileSync(file, 'utf8');
const fresh = kept.replace(
  /(<!-- transitions:[^\n]*-->\n).*(<!-- end of transitions -->)/s,
  (_, before, after) => `${before}\n${picture()}\n\n${table()}\n\n${after}`,
);
if (process.argv.includes('--check')) {
  if (fresh !== kept) console.error('docs/architecture.md is not what the table says. Run "npm run ledger-docs" and commit the result.');
  process.exitCode = fresh === kept ? 0 : 1;
} else {
  writeFileSync(file, fresh);
}

function picture(): string {
  const arrows = statuses.flatMap((from) =>
    allowedFrom(from).map((to) => `  ${from} --> ${to}: ${verbsBetween(from, to).map(words).join(', ')}`),
  );
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> pending', ...arrows, '```'].join('\n');
}

function table(): string {
  const rows = (Object.entries(verbs) as [VerbName, Verb][]).map(([name, { says, by, moves, attempts }]) => {
    const moved = Object.entries(moves).map(([from, to]) => `${from} → ${to.join(', ')}`);
    const budget = { keeps: 'stay', sets: 'change', fresh: 'begin anew' }[attempts];
    return `| ${words(name)} | ${by} | ${says} | ${moved.join('; ')} | ${budget} |`;
  });
  return ['| verb | by | when | from → to | attempts of the round |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

/** `giveBack` is "give back". */
function words(name: VerbName): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
