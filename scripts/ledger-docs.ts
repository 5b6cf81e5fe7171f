// npm run ledger-docs [-- --check]: writes the pictures and tables of a campaign's and a recipient's life in docs/architecture.md from the tables of transitions.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type CampaignVerb, campaignAllowedFrom, campaignStates, campaignVerbs } from '../db/ledger/campaign-transitions.ts';
import { allowedFrom, statuses, type Verb, type VerbName, verbs, verbsBetween } from '../db/ledger/transitions.ts';

const file = fileURLToPath(new URL('../docs/architecture.md', import.meta.url));
const kept = readFileSync(file, 'utf8');
const between = (text: string, name: string, written: string) =>
  text.replace(
    new RegExp(`(<!-- ${name}:[^\\n]*-->\\n).*(<!-- end of ${name} -->)`, 's'),
    (_, before, after) => `${before}\n${written}\n\n${after}`,
  );
const ofCampaigns = between(kept, 'campaign transitions', `${campaignPicture()}\n\n${campaignTable()}`);
const fresh = between(ofCampaigns, 'transitions', `${picture()}\n\n${table()}`);
if (process.argv.includes('--check')) {
  if (fresh !== kept) console.error('docs/architecture.md is not what the tables say. Run "npm run ledger-docs" and commit the result.');
  process.exitCode = fresh === kept ? 0 : 1;
} else {
  writeFileSync(file, fresh);
}

/** Of the statuses; what it is doing stands in the table. */
function campaignPicture(): string {
  const statusOf = (state: string) => state.replace(/ .*/, '');
  const arrows = campaignStates.flatMap((from) =>
    campaignAllowedFrom(from).flatMap((to) => {
      const names = Object.entries<CampaignVerb>(campaignVerbs).filter(([, { moves }]) => moves[from]?.includes(to));
      return names.map(([name]) => ({ arrow: `  ${statusOf(from)} --> ${statusOf(to)}`, name, stays: statusOf(from) === statusOf(to) }));
    }),
  );
  const lines = new Map<string, Set<string>>();
  for (const { arrow, name } of arrows.filter(({ stays }) => !stays)) lines.set(arrow, (lines.get(arrow) ?? new Set()).add(name));
  return [
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> DRAFT',
    ...[...lines].map(([arrow, names]) => `${arrow}: ${[...names].join(', ')}`),
    '```',
  ].join('\n');
}

function campaignTable(): string {
  const rows = Object.entries<CampaignVerb>(campaignVerbs).map(([name, { says, by, moves }]) => {
    const moved = Map.groupBy(Object.entries(moves), ([, to]) => to.join(', '));
    return `| ${name} | ${by} | ${says} | ${[...moved].map(([to, all]) => `${all.map(([from]) => from).join(', ')} → ${to}`).join('; ')} |`;
  });
  return ['| verb | by | when | from → to |', '| --- | --- | --- | --- |', ...rows].join('\n');
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
