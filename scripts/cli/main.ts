import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { campaignStatuses } from '#app/domain/campaigns/campaign.ts';
import { recipientStatuses, troubles } from '#app/domain/recipients/recipient.ts';
import { BadInput, type Connection, readOrder, readUrl, usage } from '../send/arguments.ts';
import { Client } from '../send/client.ts';
import { sendFile } from '../send/run.ts';
import { harmless, readSecret, type Terminal } from '../send/terminal.ts';
import { type Call, exportLedger, findPerson, listCampaigns, retryCampaign, type Status, showCampaign, watchCampaign } from './commands.ts';
import { completionFor, type Shell, shells } from './completion.ts';
import { connectionFor, urlFor } from './connection.ts';
import { readLogins, writeLogins } from './logins.ts';

const ending = `
Exit status: 0 done, and all were sent; 1 Rollcall cannot be reached or refused the key; 2 something about the call is wrong;
3 some were not sent, or nobody was found; 130 ended at the keyboard, while what is being sent goes on.
With --json the standard output has JSON alone; what goes wrong is told as JSON on the other.`;

interface Shared {
  url?: string;
  json?: boolean;
}

/**
 * `rollcall`: what the pages show and do, from a terminal.
 *
 * @returns the exit status
 */
export async function main(args: string[], terminal: Terminal): Promise<number> {
  let status: Status = 0;
  const json = args.includes('--json');
  const program = new Command('rollcall')
    .description('Campaigns of a running Rollcall, from a terminal.')
    .version((JSON.parse(readFileSync(join(terminal.root, 'package.json'), 'utf8')) as { version: string }).version)
    .addHelpText('after', ending)
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(harmless(text)),
      // Told below, once and in the form that was asked for.
      outputError: () => {},
    })
    .exitOverride();

  /** A command that asks a Rollcall. */
  const command = (name: string, summary: string) =>
    program
      .command(name)
      .summary(summary)
      .description(`${summary}.`)
      .option('--url <url>', 'of Rollcall; default: the one that was logged in to, else BASE_URL, else http://localhost:PORT')
      .option('--json', 'JSON for programs')
      .copyInheritedSettings(program);
  const call = async ({ url }: Shared): Promise<Call> => ({ terminal, connection: await connectionFor(url, terminal), json });

  command('status', 'The newest campaigns, or one with its numbers')
    .addArgument(new Argument('[id]', 'of a campaign').argParser(wholeNumber))
    .addOption(new Option('--status <status>').choices(campaignStatuses))
    .addOption(new Option('--channel <channel>').choices(['email', 'sms']))
    .option('--search <text>', 'a part of the name')
    .addOption(new Option('--limit <n>', 'how many').argParser(wholeNumber).default(20))
    .action(async (id: number | undefined, { status: only, channel, search, limit, ...shared }) => {
      const query = { limit: String(limit), ...(only && { status: only }), ...(channel && { channel }), ...(search && { q: search }) };
      status = id === undefined ? await listCampaigns(await call(shared), query) : await showCampaign(await call(shared), id);
    });
  command('watch', 'One campaign, live to its end')
    .addArgument(new Argument('<id>', 'of a campaign').argParser(wholeNumber))
    .action(async (id: number, shared: Shared) => {
      status = await watchCampaign(await call(shared), id);
    });
  // Its options are those of npm run send, which reads them.
  command('send', 'A contact file and a message, sent and followed to the end')
    .argument('[contacts]')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new BadInput('Say send first: rollcall send FILE …');
    });
  command('retry', 'Send again to those of a campaign that failed')
    .addArgument(new Argument('<id>', 'of a campaign').argParser(wholeNumber))
    .option('--code <code...>', 'only these reasons; default: those that may pass')
    .option('--dry-run', 'show who would be sent to, and send nothing')
    .option('-y, --yes', 'do not ask')
    .option('--watch', 'follow it to the end')
    .action(async (id: number, { url, json: _json, ...options }) => {
      status = await retryCampaign(await call({ url }), id, options);
    });
  command('export', 'The ledger of a campaign as CSV')
    .addArgument(new Argument('<id>', 'of a campaign').argParser(wholeNumber))
    .addOption(new Option('--status <status...>').choices(recipientStatuses))
    .addOption(new Option('--delivery <what>', 'what came after it was sent').choices(troubles))
    .addOption(new Option('--code <code>', 'of a failure').argParser(oneAlone))
    .option('-o, --out <file>', 'whole, or not written; default: the standard output')
    .option('--force', 'write over the file')
    .action(async (id: number, { status: only = [], delivery, code, out, force, ...shared }) => {
      const query = new URLSearchParams({ ...(code && { code }), ...(delivery && { delivery }) });
      for (const one of only) query.append('status', one);
      status = await exportLedger(await call(shared), id, query, out, force);
    });
  command('people', 'One person in all campaigns')
    .argument('<search>', 'an address or number in any spelling, whole or its beginning')
    .option('--not-arrived', 'only what did not arrive')
    .addOption(new Option('--limit <n>', 'how many messages').argParser(wholeNumber).default(50))
    .action(async (q: string, { notArrived, limit, ...shared }) => {
      status = await findPerson(await call(shared), { q, limit: String(limit), ...(notArrived && { only: 'not_arrived' }) });
    });
  command('login', 'Keep an API key for this Rollcall').action(async ({ url }: Shared) => {
    const where = urlFor(url, terminal);
    if (where.startsWith('http:') && !/^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(where))
      terminal.stderr.write('Note: this address has no https, so that whoever is in between can read the key.\n');
    const key = await readSecret(terminal, `API key for ${where} (Settings, API keys): `);
    if (!/^[\x21-\x7e]{8,500}$/.test(key)) throw new BadInput('This is no API key.');
    await tried({ url: where, key });
    const logins = await readLogins(terminal.env);
    const file = await writeLogins(terminal.env, { current: where, keys: { ...logins.keys, [where]: key } });
    terminal.stderr.write(`Logged in to ${where}. The key is in ${file}, which only you may read.\n`);
    if (terminal.env.API_KEY)
      terminal.stderr.write('Note: API_KEY is set, and is used while it is, also where it is for another Rollcall.\n');
  });
  command('logout', 'Forget the API key').action(async ({ url }: Shared) => {
    const logins = await readLogins(terminal.env);
    const where = url === undefined ? logins.current : readUrl(url);
    if (!where || !logins.keys[where]) throw new BadInput('There is no login to forget.');
    const { [where]: _gone, ...keys } = logins.keys;
    await writeLogins(terminal.env, { current: logins.current === where ? null : logins.current, keys });
    terminal.stderr.write(`Forgotten. To take the key back for everybody, revoke it: ${where}/settings/keys\n`);
  });
  program
    .command('completion')
    .summary('A script that completes commands and options')
    .description('A script that completes commands and options, for the shell to read at its start.')
    .addArgument(new Argument('<shell>').choices(shells))
    .copyInheritedSettings(program)
    .action((shell: Shell) => void terminal.stdout.write(`${completionFor(shell, program)}\n`));

  try {
    if (args[0] === 'send') return await send(args.slice(1), terminal);
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    // Without a command: its help stands there already.
    if (error instanceof CommanderError && error.code === 'commander.help') return 2;
    if ((error as Error).name === 'AbortError') return 130;
    const message = harmless((error as Error).message.replace(/^error: /, ''));
    const isInput = error instanceof BadInput || error instanceof CommanderError;
    const told = json ? JSON.stringify({ error: { message } }) : isInput ? `${message}\nrollcall --help shows what can be said.` : message;
    terminal.stderr.write(`${told}\n`);
    return isInput ? 2 : 1;
  }
}

async function send(args: string[], terminal: Terminal): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    terminal.stdout.write(`${usage.replaceAll('npm run send --', 'rollcall send')}\n`);
    return 0;
  }
  return sendFile(await readOrder(args, (url) => connectionFor(url, terminal)), terminal);
}

/** Is the key one of this Rollcall? One that may not read campaigns is. */
async function tried(connection: Connection): Promise<void> {
  await new Client(connection).campaigns({ limit: '1' }).catch((error: Error) => {
    if (error.cause !== 'forbidden') throw error;
  });
}

function oneAlone(text: string, before: string | undefined): string {
  if (before !== undefined) throw new InvalidArgumentError('Say it once.');
  return text;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return Number(text);
}
