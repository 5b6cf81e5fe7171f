import { BadInput, type Order } from './arguments.ts';
import { Client } from './client.ts';
import { follow } from './follow.ts';
import { drawProgress } from './progress-bar.ts';
import { endText, importText } from './summary.ts';
import { harmless, isAsked, says } from './terminal.ts';

/** What it reads answers from and writes to. */
type Streams = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'>;

/**
 * Imports a contact file, checks and sends its message, and follows it to the end.
 *
 * @returns the exit status: 0 all sent, 3 some were not
 * @throws BadInput for what its author can put right, Error for the rest
 */
export async function sendFile(order: Order, streams: Streams = process): Promise<number> {
  const client = new Client(order);
  const say = sayTo(order, streams);
  const { id } = await client.create(order.campaign);
  const ready = await prepare(client, order, id, streams).catch(async (error: unknown) => {
    await client.discard(id).catch(() => {}); // what went wrong matters more
    throw error;
  });
  if (ready === null) {
    await client.discard(id);
    say('Nothing was sent.');
    return order.dryRun ? 0 : 3;
  }

  const page = `${order.url}/campaigns/${id}`;
  const progress = drawProgress(order.json ? streams.stderr : streams.stdout);
  const following = follow(order, id, progress.show);
  process.once('SIGINT', () => {
    progress.end();
    say(`\nSending goes on without this terminal: ${page}`);
    process.exit(130);
  });
  try {
    await following.joined.catch(async (error: unknown) => {
      await client.discard(id).catch(() => {});
      throw new Error(`Nothing was sent. ${(error as Error).message}`, { cause: error });
    });
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
  const failures = await client.failures(id);
  if (order.json) streams.stdout.write(`${JSON.stringify({ ...campaign, failures })}\n`);
  else say(endText(campaign, failures, page));
  return campaign.status === 'SENT' ? 0 : 3;
}

/** What is for people: beside what is for programs, where that is asked for. */
function sayTo({ json }: Order, { stdout, stderr }: Streams) {
  return (text: string) => void (json ? stderr : stdout).write(`${harmless(text)}\n`);
}

/** Imports and checks. @returns the revision that was checked; null where the person at the terminal says no */
async function prepare(client: Client, order: Order, id: number, streams: Streams): Promise<number | null> {
  const { contacts, columns, url, yes, dryRun, campaign } = order;
  const say = sayTo(order, streams);
  say(`${dryRun ? 'Reading' : 'Importing'} ${contacts.path}`);
  const report = await client.import(id, contacts, columns);
  say(importText(report, url));
  for (const warning of report.warnings) say(`Note: ${warning}`);
  if (dryRun) {
    for (const { line, address, written, reason, variables } of report.preview ?? []) {
      say(`  line ${line}: ${address ?? `${written} (left out: ${reason})`} ${JSON.stringify(variables)}`);
    }
    return null;
  }
  if (report.accepted === 0) throw new BadInput('The file has nobody to send to.');

  // Before the preview: what changes after it was read is not what was checked.
  const { revision } = await client.campaign(id);
  const { problems } = await client.preview(id);
  for (const { severity, field, line, message } of problems) {
    say(`${severity === 'error' ? 'Error' : 'Warning'} in ${field}${line ? `, line ${line}` : ''}: ${message}`);
  }
  if (problems.some(({ severity }) => severity === 'error')) throw new BadInput('The message is not ready to be sent.');

  if (yes || !isAsked(streams)) return revision;
  const kind = campaign.channel === 'email' ? 'the email' : 'the SMS';
  const question = `Send ${kind} to ${report.accepted.toLocaleString('en-US')} people now?`;
  return (await says(streams, question)) ? revision : null;
}
