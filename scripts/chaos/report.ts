import { readFileSync, writeFileSync } from 'node:fs';
import type { Result } from './run.ts';

const HEADER = ['seed', 'channel', 'events', 'what went wrong', 'recipients', 'lost', 'doubled', 'unknown', 'recovered in s'];
const [BEGIN, END] = ['<!-- chaos:begin -->', '<!-- chaos:end -->'];

/** The table in Markdown, which reads well in a terminal too. */
export function table(results: readonly Result[]): string {
  const rows = results.map(({ plan, happened, recipients, lost, doubled, unknown, recoveredS }) => [
    String(plan.seed),
    plan.channel,
    plan.events ? 'on' : 'off',
    happened.join(', '),
    recipients.toLocaleString('en'),
    String(lost),
    String(doubled),
    String(unknown),
    recoveredS.toFixed(1),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(HEADER), line(HEADER.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Puts the table of this run into the document, between its two marks. */
export function writeReport(file: string, results: readonly Result[], command: string): void {
  const text = readFileSync(file, 'utf8');
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${file} has no place for the table: ${BEGIN} and ${END} are missing.`);
  const [total, minutes] = [results.reduce((n, { recipients }) => n + recipients, 0), results.reduce((s, { tookS }) => s + tookS, 0) / 60];
  const summary = `\`${command}\`: ${results.length} runs, ${total.toLocaleString('en')} recipients, ${minutes.toFixed(0)} minutes.`;
  writeFileSync(file, `${text.slice(0, before + BEGIN.length)}\n${summary}\n\n${table(results)}\n${text.slice(after)}`);
}
