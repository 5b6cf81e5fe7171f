// npm run bench: ratios, measured in turn in one run. Exit status 1 where a wanted one was missed.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { besideImport } from './cases/beside-import.ts';
import { atDefaultConcurrency } from './cases/concurrency.ts';
import { eventsIn, importRows, largePages } from './cases/daily-use.ts';
import { growth } from './cases/growth.ts';
import { commitToEvent } from './cases/live.ts';
import { besideOldCampaigns } from './cases/old-ledger.ts';
import { fromOutside } from './cases/outside.ts';
import { againstPeer } from './cases/peers.ts';
import { retrySchedule } from './cases/schedule.ts';
import { type Step, steps } from './cases/steps.ts';
import { againstLimit, sharedAgainstSingle } from './cases/throughput.ts';
import { circumstances, costTable, table, writeReport } from './report.ts';
import { judged, type Row } from './stage/figures.ts';
import { openStage, type Stage } from './stage/stage.ts';

const usage = `Usage: npm run bench -- [options]

  --only NAMES      some of: email, outside, sms, default, celery, bullmq, shared, beside-import, schedule, live, growth, import,
                    pages, events, old, steps (default: all but old)
  --rounds N        of each pair; the median counts (default 5)
  --recipients N    of a round's campaign (default 20000)
  --large N         of the large campaign or file (default 1000000)
  --old N           recipients of ended campaigns for the case "old" (default 10000000; takes a while and much room)
  --latency MS      of the provider (default 0: what is measured is the sender)
  --json FILE       writes the rows there, too
  --report          puts the table into docs/performance.md`;

const options = {
  only: { type: 'string' },
  rounds: { type: 'string', default: '5' },
  recipients: { type: 'string', default: '20000' },
  large: { type: 'string', default: '1000000' },
  old: { type: 'string', default: '10000000' },
  latency: { type: 'string', default: '0' },
  json: { type: 'string' },
  report: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const { values } = parseArgs({ options });
const { rounds, recipients, large, old, latencyMs } = {
  rounds: Number(values.rounds),
  recipients: Number(values.recipients),
  large: Number(values.large),
  old: Number(values.old),
  latencyMs: Number(values.latency),
};
if (values.help || ![rounds, recipients, large, old, latencyMs + 1].every((n) => Number.isSafeInteger(n) && n > 0)) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}

interface Case {
  /** Share of the provider's calls that fail. */
  faultRate?: number;
  measure(stage: Stage): Promise<Row | Row[]>;
}

/** Of what takes longer. */
const fewer = Math.min(rounds, 3);

const cases: Record<string, Case> = {
  email: { measure: (stage) => againstLimit(stage, 'email', { recipients, rounds }) },
  outside: { measure: (stage) => fromOutside(stage, { recipients: 2 * recipients, rounds: fewer }) },
  sms: { measure: (stage) => againstLimit(stage, 'sms', { recipients, rounds }) },
  default: { measure: (stage) => atDefaultConcurrency(stage, { recipients, rounds: fewer }) },
  celery: { measure: (stage) => againstPeer(stage, 'celery', { recipients, rounds: fewer }) },
  bullmq: { measure: (stage) => againstPeer(stage, 'bullmq', { recipients, rounds: fewer }) },
  shared: { measure: (stage) => sharedAgainstSingle(stage, { recipients, rounds: fewer }) },
  'beside-import': { measure: (stage) => besideImport(stage, { recipients: 2 * recipients, rounds: fewer }) },
  schedule: { faultRate: 0.1, measure: (stage) => retrySchedule(stage, { recipients, rounds: fewer }) },
  live: { measure: (stage) => commitToEvent(stage, { recipients, watchers: 200, rounds: fewer }) },
  growth: { measure: (stage) => growth(stage, { small: 10_000, large }) },
  import: { measure: (stage) => importRows(stage, large) },
  pages: { measure: (stage) => largePages(stage, large) },
  events: { measure: (stage) => eventsIn(stage, 50_000) },
  old: { measure: (stage) => besideOldCampaigns(stage, { old, recipients, rounds: fewer }) },
};

const names = values.only?.split(',') ?? [...Object.keys(cases).filter((name) => name !== 'old'), 'steps'];
const unknown = names.filter((name) => !cases[name] && name !== 'steps');
if (unknown.length > 0) {
  console.log(`There is no case ${unknown.join(', ')}.\n\n${usage}`);
  process.exit(2);
}

const rows: Row[] = [];
let costs: Step[] = [];
let postgres = '';

let opened: Promise<Stage> | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, async () => {
    // PostgreSQL is in a process group of its own, and would go on.
    const stage = await opened?.catch(() => undefined);
    await stage?.stop().catch(() => {});
    process.exit(1);
  });
}

/** A database of its own for each case, so that none finds what another left. */
async function onStage<T>(faultRate: number, work: (stage: Stage) => Promise<T>): Promise<T> {
  opened = openStage({ latencyMs, faultRate });
  const stage = await opened;
  try {
    postgres = (await stage.db.pool.query<{ server_version: string }>('show server_version')).rows[0]?.server_version ?? '';
    return await work(stage);
  } finally {
    await stage.stop();
  }
}

for (const name of names) {
  console.log(`Measuring: ${name}`);
  const one = cases[name];
  if (!one) {
    costs = await onStage(0, steps);
    continue;
  }
  const measured = [await onStage(one.faultRate ?? 0, one.measure)].flat();
  rows.push(...measured);
  for (const row of measured) console.log(`  ${row.what}: ${row.rounds.map((ratio) => ratio.toFixed(2)).join(', ')}`);
}

// Where it was written to says nothing about it.
const asked = process.argv.slice(2).filter((word, i, all) => word !== '--report' && word !== '--json' && all[i - 1] !== '--json');
const about = circumstances(postgres, ['npm run bench', ...(asked.length > 0 ? ['--', ...asked] : [])].join(' '));
const tables = [table(rows), costTable(costs)].filter(Boolean);
console.log(`\n${[about, ...tables].join('\n\n')}`);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ about, rows, costs }, null, 2)}\n`);
if (values.report) writeReport(fileURLToPath(new URL('../docs/performance.md', import.meta.url)), about, tables);
process.exitCode = rows.every((row) => row.missing || judged(row).kept) ? 0 : 1;
