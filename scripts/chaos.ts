// npm run chaos: seeded runs of the real processes under faults. Exit status 1 where a promise was broken.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startCluster } from './chaos/cluster.ts';
import { planRun } from './chaos/plan.ts';
import { table, writeReport } from './chaos/report.ts';
import { chaosRun, type Result } from './chaos/run.ts';

const usage = `Usage: npm run chaos -- [options]

  --seed N         of the first run; each further run takes the next (default 1); odd seeds have provider events, even ones have none; 2, 3, 6, 7, ... send SMS
  --runs N         default 6
  --recipients N   of each run's campaign (default 4000)
  --short          fewer faults, PostgreSQL away for 3 s at most instead of 30
  --no-report      leaves docs/reliability.md alone`;

const options = {
  seed: { type: 'string', default: '1' },
  runs: { type: 'string', default: '6' },
  recipients: { type: 'string', default: '4000' },
  short: { type: 'boolean', default: false },
  'no-report': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const { values } = parseArgs({ options });
const [seed, runs, recipients] = [values.seed, values.runs, values.recipients].map(Number) as [number, number, number];
if (values.help || ![seed, runs, recipients].every((n) => Number.isSafeInteger(n) && n > 0)) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}

const cluster = await startCluster((line) => console.log(line), true);
const results: Result[] = [];
try {
  for (let n = 0; n < runs; n++) {
    const plan = planRun(seed + n, values.short ? { faults: 4, goneMs: 3_000 } : { faults: 7, goneMs: 30_000 });
    console.log(`\nSeed ${plan.seed}, ${plan.channel}, provider events ${plan.events ? 'on' : 'off'}`);
    const result = await chaosRun(cluster, plan, recipients, (line) => console.log(`  ${line}`));
    results.push(result);
    const { sent, failed, tookS, violations } = result;
    console.log(`  ${sent} sent, ${failed} failed, ${tookS.toFixed(0)} s`);
    for (const violation of violations) console.log(`  BROKEN: ${violation}`);
  }
} finally {
  await cluster.stop();
}

console.log(`\n${table(results)}`);
const broken = results.flatMap(({ violations }) => violations);
if (broken.length === 0 && !values['no-report']) {
  const command = ['npm run chaos --', `--seed ${seed} --runs ${runs} --recipients ${recipients}`, values.short ? '--short' : ''];
  writeReport(fileURLToPath(new URL('../docs/reliability.md', import.meta.url)), results, command.join(' ').trim());
}
console.log(broken.length === 0 ? '\nEvery promise was kept.' : `\n${broken.length} promises were broken.`);
process.exitCode = broken.length === 0 ? 0 : 1;
