import type { AddressReading } from '../addresses/address-reading.ts';
import type { ContactRow } from './contact-rows.ts';
import type { RejectReason } from './import-report.ts';

const MAX_SHOWN = 320;

export type ReadAddress = (raw: string) => AddressReading;

/** A contact row on its way to the staging table: with its address as it will be kept, or with the reason why it is refused. */
export interface StagedRow {
  line: number;
  address: string;
  variables: string;
  reason: RejectReason | null;
  advice: string | null;
}

export function stageRow({ line, address: raw, variables, fault: left }: ContactRow, read: ReadAddress): StagedRow {
  const { address, fault, advice } = read(raw);
  if (address !== null && !left) {
    return { line, address, variables, reason: null, advice: null };
  }
  const shown = address ?? raw.trim().slice(0, MAX_SHOWN).toWellFormed();
  return fault === null
    ? { line, address: shown, variables, reason: left?.reason ?? null, advice: left?.advice ?? null }
    : { line, address: shown, variables, reason: fault, advice };
}

/** One line of COPY's text format: id is left to its default. */
export function copyLine({ line, address, variables, reason, advice }: StagedRow): string {
  return `${line}\t${escapeCopy(address)}\t${escapeCopy(variables)}\t${reason ?? '\\N'}\t${advice === null ? '\\N' : escapeCopy(advice)}\n`;
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

export function escapeCopy(text: string): string {
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => escapes[character] as string) : text;
}
