import { addressFaults } from '../addresses/address-reading.ts';
import type { ColumnType } from './column-mapping.ts';
import { leftOutReasons } from './status-column.ts';
import type { Encoding } from './text-encoding.ts';

export interface RejectedRow {
  /** Where the row starts in the file; for JSON the item's position. From 1. */
  line: number;
  /** As the file writes it, cut to 320 characters. */
  address: string;
  reason: RejectReason;
  /** What to do about it, in a sentence; where that can be told. */
  advice?: string;
}

/** What becomes of a column. */
export interface ReadColumn {
  /** As the file writes it; '' where it has none. */
  header: string;
  /** The variable's name; null for the addresses and for columns left out. */
  name: string | null;
  role: 'address' | 'variable' | 'left_out';
  type: ColumnType;
  /** It says whether people may be written to; those who may not are left out. */
  status: boolean;
}

/** A row as it would be. */
export interface PreviewedRow {
  line: number;
  /** As it would be kept; null where the row is left out for `reason`. */
  address: string | null;
  /** As the file writes it. */
  written: string;
  reason: RejectReason | null;
  variables: Record<string, string | number | boolean | null>;
}

/** `unsubscribed` and the four after it: what a status column says about people who are left out. */
export const rejectReasons = [...addressFaults, 'not a valid value', ...leftOutReasons] as const;
export type RejectReason = (typeof rejectReasons)[number];

/** What became of a contact file: `rows = accepted + duplicates + rejected`. Names are fixed by the REST API. */
export interface ImportReport {
  rows: number;
  accepted: number;
  /** Addresses that came earlier in the file, or were in the campaign already; the first stays. */
  duplicates: number;
  rejected: number;
  /** Of `rejected`: people whose status in the file says that they must not be written to. */
  left_out: number;
  /** What to look at before anything is sent, in sentences. */
  warnings: string[];
  /** The first 100 rejected rows, in file order. */
  errors: RejectedRow[];
  /** All rejected rows and duplicates with all their columns, as CSV that can be corrected and imported again; empty in a dry run. */
  report_url: string;
  encoding: Encoding;
  /** Nothing in the file says its encoding, and nobody did: look at the names. */
  encoding_guessed: boolean;
  /** Null for JSON, like the two after it. */
  delimiter: string | null;
  /** 0 where there is none. */
  header_line: number | null;
  columns: ReadColumn[] | null;
  /** Of a dry run: the first rows as they would be; else null. */
  preview: PreviewedRow[] | null;
}

export const MAX_REPORTED_ERRORS = 100;

export function reportUrl(campaignId: number, importId: number): string {
  return `/api/v1/campaigns/${campaignId}/imports/${importId}/report.csv`;
}
