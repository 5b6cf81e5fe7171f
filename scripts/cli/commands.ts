import { randomUUID } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { link, lstat, realpath, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { type CampaignJson, statusLabels } from '#app/domain/campaigns/campaign.ts';
import { NOT_TRIED } from '#app/domain/campaigns/retry-rules.ts';
import { byPerson } from '#app/domain/people/person.ts';
import { recipientStatusLabels } from '#app/domain/recipients/recipient.ts';
import { BadInput, type Connection } from '../send/arguments.ts';
import { Client } from '../send/client.ts';
import { follow } from '../send/follow.ts';
import { drawProgress } from '../send/progress-bar.ts';
import { endText } from '../send/summary.ts';
import { beforeSignals, harmless, isAsked, says, type Terminal, table } from '../send/terminal.ts';

/** The exit status of a command that did what it should: 0, or 3 where not everybody was sent to or nobody was found. */
export type Status = 0 | 3;

/** What each command has. */
export interface Call {
  terminal: Terminal;
  connection: Connection;
  /** The standard output has JSON, and nothing else. */
  json: boolean;
}

const out = ({ terminal }: Call, text: string) => void terminal.stdout.write(`${text}\n`);
function print(call: Call, value: unknown): 0 {
  out(call, JSON.stringify(value));
  return 0;
}
/** What is for people alone. */
function note({ terminal }: Call, text: string, status: Status = 0): Status {
  terminal.stderr.write(`${harmless(text)}\n`);
  return status;
}
const number = new Intl.NumberFormat('en-US');
const again = (people: number) => (people === 1 ? '1 is sent to again.' : `${number.format(people)} are sent to again.`);
const pageOf = ({ connection }: Call, id: number) => `${connection.url}/campaigns/${id}`;

export async function listCampaigns(call: Call, query: Record<string, string>): Promise<Status> {
  const page = await new Client(call.connection).campaigns(query);
  if (call.json) return print(call, page);
  if (page.data.length === 0) return note(call, 'There is no such campaign.');
  const rows = page.data.map(({ id, status, channel, sent, total, failed, name }) => [
    ...[String(id), statusLabels[status], channel, `${number.format(sent)} of ${number.format(total)}`, failed, name],
  ]);
  out(call, table(['ID', 'STATUS', 'CHANNEL', 'SENT', 'FAILED', 'NAME'], rows));
  if (page.next_cursor) note(call, 'There are more. Say a higher --limit, or which ones: --status, --channel, --search.');
  return 0;
}

export async function showCampaign(call: Call, id: number): Promise<Status> {
  const client = new Client(call.connection);
  const [campaign, failures] = await Promise.all([client.campaign(id), client.failures(id)]);
  if (call.json) return print(call, { ...campaign, failures });
  out(call, harmless(`${campaign.name}${endText(campaign, failures, pageOf(call, id))}`));
  return 0;
}

/** Follows it live, to its end. @throws BadInput for a draft, which ends only once somebody sends it */
export async function watchCampaign(call: Call, id: number): Promise<Status> {
  const client = new Client(call.connection);
  const found = await client.campaign(id);
  if (found.status === 'DRAFT') throw new BadInput('This campaign is a draft: nothing of it is being sent.');
  if (found.status === 'SCHEDULED') note(call, `It goes out at ${found.scheduled_at}.`);
  if (found.status === 'PAUSED') note(call, 'It is paused, and waits for somebody to resume it.');
  const { stdout, stderr } = call.terminal;
  const progress = drawProgress(call.json ? stderr : stdout);
  const following = follow(call.connection, id, (now) => {
    if (now.status === 'DRAFT') return following.lose('It was made a draft again, and does not go out for now.');
    if (call.json) print(call, { type: 'progress', ...now });
    else progress.show(now);
  });
  const off = beforeSignals(progress.end);
  try {
    await following.ended;
  } finally {
    following.close();
    progress.end();
    off();
  }
  return ended(call, await client.campaign(id));
}

async function ended(call: Call, campaign: CampaignJson): Promise<Status> {
  const failures = await new Client(call.connection).failures(campaign.id);
  if (call.json) print(call, { type: 'ended', ...campaign, failures });
  else out(call, harmless(endText(campaign, failures, pageOf(call, campaign.id))));
  return campaign.status === 'SENT' ? 0 : 3;
}

/** @param codes without any, those that may pass; whoever was not tried is always part of it */
export async function retryCampaign(
  call: Call,
  id: number,
  { code: codes, dryRun, yes, watch }: { code?: string[]; dryRun?: boolean; yes?: boolean; watch?: boolean },
): Promise<Status> {
  const client = new Client(call.connection);
  const [campaign, preview] = await Promise.all([client.campaign(id), client.retryPreview(id)]);
  const unknown = codes?.filter((code) => !preview.by_reason.some((reason) => reason.code === code)) ?? [];
  if (unknown.length > 0) {
    const there = preview.by_reason.map(({ code }) => code).join(', ');
    throw new BadInput(`Nobody of this campaign failed by ${unknown.join(', ')}.${there ? ` There are: ${there}.` : ''}`);
  }
  const reasons = preview.by_reason.map((reason) => ({
    ...reason, // Who was not tried is part of each retry.
    chosen: reason.code === NOT_TRIED || (codes ? codes.includes(reason.code) : reason.retry_by_default),
  }));
  // Whom no choice of reasons brings back.
  const others = preview.excluded.filter(({ code }) => !preview.by_reason.some((reason) => reason.code === code));
  const whom = reasons.reduce((sum, { chosen, count }) => sum + (chosen ? count : 0), 0);
  if (dryRun && call.json) {
    print(call, { ...preview, would_retry: whom });
    return whom > 0 ? 0 : 3;
  }
  if (!call.json) {
    const rows = reasons.map(({ chosen, count, label, code }) => [chosen ? 'yes' : 'no', count, code, label]);
    const left = others.map(({ count, label, code }) => ['never', count, code, label]);
    if (rows.length + left.length > 0) out(call, table(['AGAIN', 'PEOPLE', 'CODE', 'WHY'], [...rows, ...left]));
  }
  const attempts = `${preview.retries_left} ${preview.retries_left === 1 ? 'attempt' : 'attempts'} left`;
  if (whom === 0 && call.json) print(call, { retried: 0, retries_left: preview.retries_left });
  if (whom === 0) return note(call, `There is nobody to send to again (${attempts}).`, 3);
  if (dryRun) return note(call, `A retry would send to ${number.format(whom)} again (${attempts}).`);
  if (!yes) {
    if (!isAsked(call.terminal)) throw new BadInput('Say --yes: there is no terminal to ask at.');
    if (
      !(await says(
        call.terminal,
        `Send "${campaign.name}" (${pageOf(call, id)}) to ${whom === 1 ? '1 person' : `${number.format(whom)} people`} again now? (${attempts})`,
      ))
    )
      return note(call, 'Nothing was sent.', 3);
  }
  const done = await client.retry(id, codes);
  if (watch) note(call, again(done.retried));
  else if (call.json) print(call, done);
  else out(call, `${again(done.retried)} ${pageOf(call, id)}`);
  return watch ? watchCampaign(call, id) : 0;
}

/** The ledger as CSV: whole in the file, or no file. @throws BadInput where the file is there already or cannot be written */
export async function exportLedger(call: Call, id: number, query: URLSearchParams, file?: string, force = false): Promise<Status> {
  const target = file === undefined ? null : await targetOf(file, force);
  const body = Readable.fromWeb((await new Client(call.connection).export(id, query)) as WebStream);
  const cutOff = (error: unknown) => new Error('The export broke off, and is not whole. Start it once more.', { cause: error });
  if (target === null) {
    body.pipe(call.terminal.stdout, { end: false });
    await finished(body).catch((error: unknown) => {
      throw cutOff(error);
    });
    return 0;
  }
  const part = `${target}.${randomUUID().slice(0, 8)}.part`;
  const writing = createWriteStream(part, { flags: 'wx', mode: 0o600 });
  const off = beforeSignals(() => rmSync(part, { force: true }));
  try {
    await pipeline(body, writing).catch((error: NodeJS.ErrnoException) => {
      if (error.syscall === 'open') throw new BadInput(`${file} cannot be written (${error.code}).`);
      if (error.code === 'ENOSPC') throw new Error(`There is no room left for ${file}.`);
      throw cutOff(error);
    });
    // What somebody else wrote there meanwhile stays, unless it may be written over.
    if (force) await rename(part, target);
    else
      await link(part, target).catch((error: NodeJS.ErrnoException) =>
        error.code === 'EEXIST' ? there(file as string) : rename(part, target),
      );
  } finally {
    await rm(part, { force: true });
    off();
  }
  note(call, `${number.format(writing.bytesWritten)} bytes in ${file}`);
  return 0;
}

function there(file: string): never {
  throw new BadInput(`${file} is there already. Say --force to write over it.`);
}

/** Where the file is written, through links. @throws BadInput where that is no file, or is there already */
async function targetOf(file: string, force: boolean): Promise<string> {
  if (file === '') throw new BadInput('The file needs a name.');
  const link = await lstat(file).catch(() => null);
  if (!link) return file;
  const target = await realpath(file).catch(() => null);
  if (!target || !(await stat(target)).isFile())
    throw new BadInput(`${file} is there, and is no file. Leave out --out to write to the standard output.`);
  return force ? target : there(file);
}

export async function findPerson(call: Call, query: Record<string, string>): Promise<Status> {
  const page = await new Client(call.connection).people(query);
  if (call.json) print(call, page);
  else if (page.data.length > 0) {
    const rows = byPerson(page.data, []).flatMap(({ address, messages }) =>
      messages.map(({ campaign, recipient }, n) => [
        ...[n === 0 ? address : '', recipientStatusLabels[recipient.status], recipient.delivery ?? recipient.failure_code ?? ''],
        ...[recipient.sent_at ?? recipient.failed_at ?? '', `${campaign.name} (${pageOf(call, campaign.id)}/recipients/${recipient.id})`],
      ]),
    );
    out(call, table(['ADDRESS', 'STATUS', 'THEN', 'WHEN', 'CAMPAIGN'], rows));
    if (page.next_cursor) note(call, 'There are more. Say a higher --limit, or more of the address.');
  }
  if (page.data.length === 0) note(call, 'There is nobody like this in any campaign.');
  return page.data.length > 0 ? 0 : 3;
}
