import { addressFaults } from './address-reading.ts';

export interface RejectedRow {
  /** Where the row starts in the file; for JSON the item's position. From 1. */
  line: number;
  /** As the file writes it, cut to 320 characters. */
  address: string;
  reason: RejectReason;
}

export const rejectReasons = addressFaults;
export type RejectReason = (typeof rejectReasons)[number];

/** What became of a contact file: `rows = accepted + duplicates + rejected`. Names are fixed by the REST API. */
export interface ImportReport {
  rows: number;
  accepted: number;
  /** Addresses that came earlier in the file, or were in the campaign already; the first stays. */
  duplicates: number;
  rejected: number;
  /** The first 100 rejected rows, in file order. */
  errors: RejectedRow[];
  /** All rejected rows and duplicates, as CSV. */
  report_url: string;
}

export const MAX_REPORTED_ERRORS = 100;

export function reportUrl(campaignId: number, importId: number): string {
  return `/api/v1/campaigns/${campaignId}/imports/${importId}/report.csv`;
}
