import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Step } from './cases/steps.ts';
import { judged, type Row } from './stage/figures.ts';

const HEADER = ['what', 'ours', 'against', 'theirs', 'ratio', 'worst round', 'wanted', ''];
const [BEGIN, END] = ['<!-- bench:begin -->', '<!-- bench:end -->'];

/** The table in Markdown, which reads well in a terminal too; empty without rows. */
export function table(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(HEADER), line(HEADER.map(() => '---')), ...rows.map((row) => line(cellsOf(row)))].join('\n');
}

function cellsOf(row: Row): string[] {
  const { value, worst, kept } = judged(row);
  const wanted = wish(row);
  if (row.missing) return [row.what, `${figure(row.ours)} ${row.unit}`, row.against, row.missing, '', '', wanted, 'not measured'];
  if (row.theirs === null)
    return [row.what, `${figure(row.ours)} ${row.unit}`, '', '', '', `${figure(worst)} ${row.unit}`, wanted, verdict(row, kept)];
  return [
    row.what,
    `${figure(row.ours)} ${row.unit}`,
    row.against,
    `${figure(row.theirs)} ${row.unit}`,
    value.toFixed(2),
    worst.toFixed(2),
    wanted,
    verdict(row, kept),
  ];
}

function wish({ wanted, theirs, unit }: Row): string {
  if (wanted === null) return '';
  const suffix = theirs === null ? ` ${unit}` : '';
  return 'least' in wanted ? `at least ${wanted.least}${suffix}` : `at most ${wanted.most}${suffix}`;
}

const verdict = ({ wanted }: Row, kept: boolean) => (wanted === null ? '' : kept ? 'kept' : 'missed');

function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(2);
}

/** Machine, versions and what was asked for: without them a figure means nothing. */
export function circumstances(postgres: string, command: string): string {
  const [processor] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const machine = `${cpus().length} × ${processor?.model.trim() ?? 'unknown processor'}, ${memory}`;
  return `\`${command}\` on ${machine}; Node ${process.versions.node}, PostgreSQL ${postgres}; database, worker, web and provider on this one machine.`;
}

/** What each step costs; empty where that was not measured. */
export function costTable(costs: readonly Step[]): string {
  const lines = costs.map(({ step, microseconds }) => `| ${step} | ${microseconds.toFixed(1)} |`);
  return lines.length === 0 ? '' : ['| what a recipient costs | µs |', '| --- | --- |', ...lines].join('\n');
}

/** Puts table and circumstances into the document, between its two marks. */
export function writeReport(file: string, about: string, tables: readonly string[]): void {
  const text = readFileSync(file, 'utf8');
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${file} has no place for the table: ${BEGIN} and ${END} are missing.`);
  writeFileSync(file, `${text.slice(0, before + BEGIN.length)}\n${about}\n\n${tables.join('\n\n')}\n${text.slice(after)}`);
}
