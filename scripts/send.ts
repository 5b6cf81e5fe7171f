// npm run send: a contact file and a message, sent through a running Rollcall. Exit status 0: all sent; 2: bad input; 3: some were not sent.
import { createInterface } from 'node:readline/promises';
import { BadInput, type Order, readOrder, usage } from './send/arguments.ts';
import { Client } from './send/client.ts';
import { follow } from './send/follow.ts';
import { drawProgress } from './send/progress-bar.ts';
import { endText, importText } from './send/summary.ts';

try {
  process.loadEnvFile('.env');
} catch {
  // There need not be one.
}
if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(usage);
  process.exit(0);
}

try {
  process.exitCode = await run(await readOrder(process.argv.slice(2), process.env));
} catch (error) {
  console.error((error as Error).message);
  if (error instanceof BadInput) console.error('\nnpm run send -- --help shows what can be said.');
  process.exitCode = error instanceof BadInput ? 2 : 1;
}

async function run(order: Order): Promise<number> {
  const client = new Client(order);
  const { id } = await client.create(order.campaign);
  const ready = await prepare(client, order, id).catch(async (error: unknown) => {
    await client.discard(id).catch(() => {}); // what went wrong matters more
    throw error;
  });
  if (ready === null) {
    await client.discard(id);
    console.log('Nothing was sent.');
    return order.dryRun ? 0 : 3;
  }

  const page = `${order.url}/campaigns/${id}`;
  const progress = drawProgress(process.stdout);
  const following = follow(order, id, progress.show);
  process.once('SIGINT', () => {
    progress.end();
    console.log(`\nSending goes on without this terminal: ${page}`);
    process.exit(130);
  });
  try {
    await following.joined;
    await client.send(id, ready).catch(async (error: unknown) => {
      if (error instanceof BadInput) {
        await client.discard(id).catch(() => {});
        throw error;
      }
      // What failed may be the answer alone; whoever starts again sends everything twice.
      const now = await client.campaign(id).catch(() => null);
      if (now === null || now.status === 'DRAFT') {
        const advice = `Look at ${page} whether this campaign was sent, before you start this command again: that makes another one.`;
        throw new Error(`${(error as Error).message}\n${advice}`, { cause: error });
      }
    });
    await following.ended;
  } finally {
    following.close();
    progress.end();
  }

  const campaign = await client.campaign(id);
  console.log(endText(campaign, await client.failures(id), page));
  return campaign.status === 'SENT' ? 0 : 3;
}

/** Imports and checks. @returns the revision that was checked; null where the person at the terminal says no */
async function prepare(client: Client, { contacts, columns, url, yes, dryRun, campaign }: Order, id: number): Promise<number | null> {
  console.log(`${dryRun ? 'Reading' : 'Importing'} ${contacts.path}`);
  const report = await client.import(id, contacts, columns);
  console.log(importText(report, url));
  for (const warning of report.warnings) console.log(`Note: ${warning}`);
  if (dryRun) {
    for (const { line, address, written, reason, variables } of report.preview ?? []) {
      console.log(`  line ${line}: ${address ?? `${written} (left out: ${reason})`} ${JSON.stringify(variables)}`);
    }
    return null;
  }
  if (report.accepted === 0) throw new BadInput('The file has nobody to send to.');

  // Before the preview: what changes after it was read is not what was checked.
  const { revision } = await client.campaign(id);
  const { problems } = await client.preview(id);
  for (const { severity, field, line, message } of problems) {
    console.log(`${severity === 'error' ? 'Error' : 'Warning'} in ${field}${line ? `, line ${line}` : ''}: ${message}`);
  }
  if (problems.some(({ severity }) => severity === 'error')) throw new BadInput('The message is not ready to be sent.');

  if (yes || !process.stdin.isTTY || !process.stdout.isTTY) return revision;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const kind = campaign.channel === 'email' ? 'the email' : 'the SMS';
  const answer = await terminal.question(`Send ${kind} to ${report.accepted.toLocaleString('en-US')} people now? [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim()) ? revision : null;
}
