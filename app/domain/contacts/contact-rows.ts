import type { RejectReason } from './import-report.ts';
import type { Layout } from './mapping.ts';

/** One row of a contact file, split into whom to write to and what to say. */
export interface ContactRow {
  /** Where the row starts: the line in a CSV file, the position of the item in a JSON list; from 1. */
  line: number;
  /** As the file writes it. */
  address: string;
  /** The other columns as JSON text, `{"first_name":"Ana"}`; made here since rows are many and objects are slow. */
  variables: string;
  /** Why the row is left out whatever its address is: what a status column says, or a value that is not of its column's type. */
  fault?: { reason: RejectReason; advice: string | null };
}

/** How a file was read, for the report. Complete once its rows are at their end. */
export interface ReadFacts {
  delimiter: string | null;
  /** Line of the header; 0: there is none; null for JSON. */
  headerLine: number | null;
  layout: Layout | null;
  /** In sentences: what somebody should look at before anything is sent. */
  warnings: string[];
}

export interface ContactRows {
  /** In file order; one array for each block read, so that whoever reads them sets the pace. */
  batches: AsyncIterable<ContactRow[]>;
  /** Names of all columns that become variables, in file order. Complete once the batches are at their end. */
  variables(): string[];
  facts(): ReadFacts;
}
