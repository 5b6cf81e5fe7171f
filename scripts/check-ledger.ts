// Part of npm run check: what changes the ledger stands in db/ledger, and jobs are added through db/jobs.ts. Looks for the words, since SQL is text.
import { globSync, readFileSync } from 'node:fs';

const LIFE =
  'status|total|pending|queued|sending|retrying|unknown|held|sent|failed|suppressed|cancelled|doing|stop_code|retry_codes|dispatch_requested|hold_until|reopened_from|doubtful';
const rules: { name: string; allowed: RegExp; words: RegExp; instead: string }[] = [
  {
    name: 'writes recipients or attempts',
    allowed: /^db\/ledger\//,
    words: /\b(update|insert\s+into|delete\s+from|copy|merge\s+into|truncate)\s+(only\s+)?(public\.)?"?(recipients|attempts)\b/i,
    instead: 'a verb of db/ledger',
  },
  {
    name: "writes a campaign's life or counters",
    allowed: /^db\/ledger\//,
    words: new RegExp(`\\bupdate\\s+campaigns\\s+(?:\\w+\\s+)?set\\b(?:(?!\\bwhere\\b|\\bfrom\\b)[^\`])*?\\b(?:${LIFE})\\s*=`, 'i'),
    instead: 'db/ledger/campaign-life.ts',
  },
  {
    name: 'adds a job',
    allowed: /^db\/(jobs\.ts|.*\.sql)$/,
    words: /graphile_worker\.add_jobs?\b/,
    instead: 'addJob or addSendJobs of db/jobs.ts',
  },
];

let wrong = 0;
for (const file of globSync(['app/**/*.{ts,tsx}', 'tasks/**/*.ts', 'db/**/*.{ts,sql}'], {
  exclude: (name) => /migrations|schema\.sql/.test(name),
})) {
  const path = file.replaceAll('\\', '/');
  const text = readFileSync(file, 'utf8');
  for (const { name, allowed, words, instead } of rules) {
    if (allowed.test(path)) continue;
    const found = words.exec(text);
    if (!found) continue;
    wrong++;
    console.error(`${path}:${text.slice(0, found.index).split('\n').length} ${name}: use ${instead}`);
  }
}
process.exitCode = wrong > 0 ? 1 : 0;
