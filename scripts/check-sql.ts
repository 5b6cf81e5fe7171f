// Part of npm run check: every statement stands where docs/architecture.md says. Looks for the words, since SQL is text.
import { globSync, readFileSync } from 'node:fs';

const LIFE =
  'status|total|pending|queued|sending|retrying|unknown|held|sent|failed|suppressed|cancelled|doing|stop_code|retry_codes|dispatch_requested|hold_until|reopened_from|doubtful';
/** Statements of the ledger and of the machinery; LISTEN and NOTIFY; all others with their subject. */
const HOMES =
  /^(db\/(ledger|migrate)\/|db\/(database|transaction)\.ts|app\/domain\/.+\.server\.ts|app\/realtime\/(listen|socket-server)\.server\.ts)/;
const rules: { name: string; allowed: RegExp; words: RegExp; instead: string }[] = [
  {
    name: 'writes recipients or attempts',
    allowed: /^db\/ledger\//,
    words: /\b(update|insert\s+into|delete\s+from|copy|merge\s+into|truncate)\s+(only\s+)?(public\.)?"?(recipients|attempts)\b/i,
    instead: 'a verb of db/ledger',
  },
  {
    name: "writes a campaign's life or counters",
    allowed: /^db\/(ledger\/|definitions\/unused\.sql$)/,
    words: new RegExp(`\\bupdate\\s+campaigns\\s+(?:\\w+\\s+)?set\\b(?:(?!\\bwhere\\b|\\bfrom\\b)[^\`])*?\\b(?:${LIFE})\\s*=`, 'i'),
    instead: 'db/ledger/campaign-life.ts',
  },
  {
    name: 'adds a job',
    allowed: /^db\/(jobs\.ts|.*\.sql)$/,
    words: /graphile_worker\.add_jobs?\b/,
    instead: 'addJob or addSendJobs of db/jobs.ts',
  },
  {
    name: 'speaks to the database',
    allowed: HOMES,
    words: /\.(query|connect)\s*(<[^;]*?>)?\(\s*[`'"]|\.pool\.(query|connect)\b|\bnew QueryStream\(/,
    instead: "a function in the subject's folder of app/domain, in a file with .server in its name",
  },
];

let wrong = 0;
for (const file of globSync(['app/**/*.{ts,tsx}', 'tasks/**/*.ts', 'db/**/*.{ts,sql}', '*.ts'], {
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
