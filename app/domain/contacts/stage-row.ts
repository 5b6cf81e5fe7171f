import type { ContactRow } from './contact-rows.ts';
import type { RejectReason } from './import-report.ts';

const MAX_SHOWN = 320;

export type NormaliseAddress = (raw: string) => string | null;

/** A contact row on its way to the staging table: with its address as it will be kept, or with the reason why it is refused. */
export interface StagedRow {
  line: number;
  address: string;
  variables: string;
  reason: RejectReason | null;
}

/** @param refusal the reason for an address that `normalise` does not accept */
export function stageRow({ line, address: raw, variables }: ContactRow, normalise: NormaliseAddress, refusal: RejectReason): StagedRow {
  const address = normalise(raw);
  if (address !== null) {
    return { line, address, variables, reason: null };
  }
  const shown = raw.trim();
  return { line, address: shown.slice(0, MAX_SHOWN).toWellFormed(), variables: '{}', reason: shown === '' ? 'no address' : refusal };
}

/** One line of COPY's text format: id is left to its default. */
export function copyLine({ line, address, variables, reason }: StagedRow): string {
  return `${line}\t${escapeCopy(address)}\t${escapeCopy(variables)}\t${reason ?? '\\N'}\n`;
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escapeCopy(text: string): string {
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => escapes[character] as string) : text;
}
