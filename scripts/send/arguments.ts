import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { parseArgs } from 'node:util';
import type { Channel } from '#app/domain/channel.ts';

/** Something about the call that only its author can put right. Exit status 2. */
export class BadInput extends Error {
  override name = 'BadInput';
}

export const usage = `Usage:
  npm run send -- contacts.csv --channel email --subject "Hello {{ first_name }}" --body message.html
  npm run send -- contacts.csv --channel sms --text "Hello {{ first_name }}"

  --channel email|sms   required
  --subject TEXT        of an email
  --body FILE           the message: HTML where the name ends in .html or .htm, else plain text
  --text TEXT           the message as plain text (email: beside the HTML)
  --from SENDER         default: the one of the configuration
  --name NAME           of the campaign; default: the contact file's name
  --column NAME         the column with the addresses; default: found
  --country XX          of numbers without country code; default: US
  --delimiter C         of the columns; default: found
  --encoding NAME       of the file, such as windows-1250; default: found
  --header-line N       line with the names of the columns, 0 for none; default: found
  --columns JSON        {"First Name": "first_name", "Fax": null, "Age": {"type": "number"}}
  --bare-numbers X      international or national: numbers without + and 0; default: what can be both is rejected
  --take-statuses       take people whose status says unsubscribed, bounced and the like
  --dry-run             show what the file would become, and send nothing
  --json                the end as JSON on the standard output, all else on the other
  --url URL             of Rollcall; default: BASE_URL, or http://localhost:PORT
  --yes                 do not ask before sending

The API key is read from API_KEY, or from the file that the first start left (DATA_DIR/api-key).`;

/** Which Rollcall, and by which key. */
export interface Connection {
  url: string;
  key: string;
}

export interface Order extends Connection {
  contacts: { path: string; bytes: number; contentType: string };
  campaign: { name: string; channel: Channel; subject?: string; html?: string; text?: string; from?: string };
  /** Query of the import. */
  columns: Record<string, string>;
  yes: boolean;
  /** Only show what the file would become. */
  dryRun: boolean;
  /** The standard output has the end as JSON, and nothing else. */
  json: boolean;
}

/**
 * What the command line asks for, with its files read.
 *
 * @param connect finds the key for the Rollcall that --url names
 * @throws BadInput
 */
export async function readOrder(args: string[], connect: (url: string | undefined) => Promise<Connection>): Promise<Order> {
  const { values, positionals } = parse(args);
  const [contacts, ...others] = positionals;
  if (!contacts) throw new BadInput('Name the file with the contacts.');
  if (others.length > 0) throw new BadInput(`One contact file at a time; "${others[0]}" is one too many.`);
  const { channel, subject } = values;
  if (channel !== 'email' && channel !== 'sms') throw new BadInput('Say --channel email or --channel sms.');
  if (channel === 'email' && !subject?.trim()) throw new BadInput('An email needs a --subject.');
  if (channel === 'sms' && subject) throw new BadInput('An SMS has no subject. Leave out --subject.');
  if (!values.body && !values.text) throw new BadInput('There is no message. Name its file with --body, or write it with --text.');

  const body = values.body ? await readMessage(values.body) : {};
  if (channel === 'sms' && body.html !== undefined) throw new BadInput('An SMS has no HTML. Give --body a plain text file, or use --text.');
  if (body.text !== undefined && values.text) throw new BadInput('--body and --text are both plain text. Give one of them.');

  return {
    contacts: await describeContacts(contacts),
    campaign: {
      name: values.name ?? contacts.replace(/^.*[\\/]/, '').slice(0, 200),
      channel,
      ...(subject && { subject }),
      ...body,
      ...(values.text && { text: values.text }),
      ...(values.from && { from: values.from }),
    },
    columns: {
      file_name: contacts.replace(/^.*[\\/]/, '').slice(0, 255),
      ...(values.column && { address_column: values.column }),
      ...(values.country && { default_country: values.country }),
      ...(values.delimiter && { delimiter: values.delimiter }),
      ...(values.encoding && { encoding: values.encoding }),
      ...(values['header-line'] && { header_line: values['header-line'] }),
      ...(values.columns && { columns: values.columns }),
      ...(values['bare-numbers'] && { bare_numbers: values['bare-numbers'] }),
      ...(values['take-statuses'] && { statuses: 'take' }),
      ...(values['dry-run'] && { dry_run: '1' }),
    },
    ...(await connect(values.url)),
    yes: values.yes ?? false,
    dryRun: values['dry-run'] ?? false,
    json: values.json ?? false,
  };
}

const text = { type: 'string' } as const;
export const sendOptions = {
  channel: text,
  subject: text,
  body: text,
  text,
  from: text,
  name: text,
  column: text,
  country: text,
  delimiter: text,
  encoding: text,
  'header-line': text,
  columns: text,
  'bare-numbers': text,
  url: text,
  yes: { type: 'boolean', short: 'y' },
  'take-statuses': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: sendOptions,
    });
  } catch (error) {
    throw new BadInput((error as Error).message);
  }
}

async function describeContacts(path: string): Promise<Order['contacts']> {
  const file = await stat(path).catch(() => null);
  if (!file) throw new BadInput(`There is no file ${path}.`);
  if (!file.isFile()) throw new BadInput(`${path} is not a file.`);
  if (file.size === 0) throw new BadInput(`${path} is empty.`);
  return { path, bytes: file.size, contentType: extname(path).toLowerCase() === '.json' ? 'application/json' : 'text/csv' };
}

async function readMessage(path: string): Promise<{ html?: string; text?: string }> {
  const bytes = await readFile(path).catch(() => {
    throw new BadInput(`The message file ${path} cannot be read.`);
  });
  let content: string;
  try {
    content = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new BadInput(`${path} is not text in UTF-8.`);
  }
  if (content.trim() === '') throw new BadInput(`${path} is empty.`);
  return /^\.html?$/i.test(extname(path)) ? { html: content } : { text: content };
}

/** @throws BadInput */
export function readUrl(text: string): string {
  if (!/^https?:/.test(text) || !URL.canParse(text)) throw new BadInput(`"${text}" is not a URL like http://localhost:3000.`);
  return new URL(text).origin;
}

/** How `npm run send` finds them. @throws BadInput */
export async function connectionOf(env: Record<string, string | undefined>, url: string | undefined): Promise<Connection> {
  return { url: readUrl(url ?? (env.BASE_URL || `http://localhost:${env.PORT || 3000}`)), key: await readKey(env) };
}

async function readKey(env: Record<string, string | undefined>): Promise<string> {
  if (env.API_KEY?.trim()) return env.API_KEY.trim();
  const file = `${env.DATA_DIR || '.data'}/api-key`;
  const key = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (!key) throw new BadInput(`There is no API key: set API_KEY, or start Rollcall once (npm start), which leaves one in ${file}.`);
  return key;
}
