import { addressFaults } from '../addresses/address-reading.ts';

export const suppressionRejects = [...addressFaults, 'may be written to'] as const;

/** A row that did not come onto the list. */
export interface RejectedSuppression {
  /** Where the row starts in the file, from 1. */
  line: number;
  /** As the file writes it, cut to 320 characters. */
  address: string;
  reason: (typeof suppressionRejects)[number];
  /** What to do about it, in a sentence; where that can be told. */
  advice: string | null;
  /** What the file says why this one is in it. */
  file_reason: string | null;
}

/** Names are fixed by the REST API. `rows = added + known + rejected`. */
export interface SuppressionImport {
  rows: number;
  added: number;
  /** On the list before for this reason, or twice in the file. */
  known: number;
  rejected: number;
  /** What to look at, in sentences. */
  warnings: string[];
  /** The first rejected rows, in file order. */
  errors: RejectedSuppression[];
}

export const MAX_REPORTED = 2_000;
